import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openInProcessDecoder } from '../../src/realtime/decode/in-process-decoder.ts'
import { rehearse } from '../../src/realtime/rehearse.ts'
import { readSession } from '../../src/realtime/session/read-session.ts'
import { emotionRun } from '../pipeline/_dataset.ts'
import { makeBench, type SessionBench } from './_session.ts'

let bench: SessionBench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench.remove())

describe('rehearse', () => {
  it('gives feedback for every volume of the run, and again what it gave', async () => {
    const dir = join(bench.dir, 'rehearsal')
    const image = emotionRun(bench.bids, '01', 'bold.nii.gz')
    const { bundle, calibration } = bench
    for (const time of ['first', 'second']) {
      const rehearsal = await rehearse({
        ...{ bundle, calibration, image, dir, intervalMs: 10 },
        openDecoder: openInProcessDecoder,
      })
      expect(rehearsal, time).toMatchObject({ nSent: 81, nReplayed: 81 })
      const { counts, latencyMs, reason } = rehearsal.summary
      expect(reason).toBe('stopped')
      // At this pace a busy machine may skip some, or give one up; none is without an outcome.
      expect(counts.feedback + counts.skipped + counts.lost).toBe(81)
      expect(latencyMs?.n).toBe(counts.feedback)
    }
    expect(existsSync(join(dir, 'scanner'))).toBe(false)
    const { events } = await readSession(join(dir, 'session'))
    expect(events.filter(({ type }) => type === 'feedback')).toHaveLength(81)
  })
})
