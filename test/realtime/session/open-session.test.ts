import { appendFileSync, cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { replaySession } from '../../../src/realtime/replay.ts'
import type { SessionOptions } from '../../../src/realtime/session-events.ts'
import { makeBench, scriptedSource, startOn, type SessionBench } from '../_session.ts'

let bench: SessionBench
beforeAll(async () => {
  // Statistics of the whole run, so that forgetting a volume would show.
  bench = await makeBench('clean.baseline=running')
})
afterAll(() => bench.remove())

const sessions = (name: string): string => join(bench.dir, 'sessions', name)
const policy = {
  smoothing: { kind: 'mean', volumes: 3 },
  minVolumes: 2,
  realign: 'first',
} satisfies SessionOptions['policy']

/** A session that was killed after some volumes: its folder as it was at that moment, the lock of a process that is gone in it. */
async function killedAfter(last: number, name: string): Promise<string> {
  const source = scriptedSource(bench.run.slice(0, last + 1), false)
  const { session, until, dir } = await startOn(bench, `${name}-running`, source, { policy })
  await until('feedback', last)
  cpSync(dir, sessions(name), { recursive: true })
  await session.stop()
  writeFileSync(join(sessions(name), 'session.lock'), '999999999\n')
  return sessions(name)
}

async function goOn(name: string, from = 0) {
  const source = scriptedSource(bench.run.slice(from))
  return startOn(bench, name, source, { policy, resume: true })
}

describe('going on with a session that was killed', () => {
  let whole: string[]
  const feedback = (dir: string): string[] =>
    readFileSync(join(dir, 'session.ndjson'), 'utf8')
      .split('\n')
      .flatMap((line) => /"feedback":(\{.*),"format"/.exec(line)?.[1] ?? [])

  beforeAll(async () => {
    const { session, dir } = await startOn(bench, 'uncut', scriptedSource(bench.run), { policy })
    await session.done
    whole = feedback(dir)
    expect(whole).toHaveLength(81)
  })

  it.each([0, 1, 2, 40])(
    'after volume %i: every later one is decoded as if nothing had happened, to the last byte',
    async (last) => {
      const dir = await killedAfter(last, `killed-${last}`)
      const { session, of } = await goOn(`killed-${last}`)
      const summary = await session.done
      expect(of('session.resumed')).toMatchObject([{ volume: last + 1, nRestored: last + 1 }])
      expect(of('volume.duplicate')).toHaveLength(last + 1)
      expect(summary.counts).toMatchObject({ received: 81, feedback: 79, warmingUp: 2 })
      expect(feedback(dir)).toEqual(whole)
      const replayed = await replaySession({ dir, bundle: bench.bundle, timing: 'fast' })
      expect(replayed.nCompared).toBe(81)
    },
  )

  it('a last line that was cut is left out, and its volume is decoded again', async () => {
    const dir = await killedAfter(10, 'cut')
    const file = join(dir, 'session.ndjson')
    const length = readFileSync(file).length
    truncateSync(file, length - 20)
    const { session } = await goOn('cut', 11)
    await session.done
    expect(feedback(dir)).toEqual(whole)
  })

  it('a volume that was received and not told of gets its feedback, as do lost and skipped ones', async () => {
    const dir = await killedAfter(10, 'pending')
    const file = join(dir, 'session.ndjson')
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    const at = lines.findIndex((line) => line.startsWith('{"type":"feedback","volume":9'))
    const kept = lines.filter((line, i) => i < at || line.startsWith('{"type":"volume.received"'))
    writeFileSync(file, `${kept.join('\n')}\n`)
    const lost = { type: 'volume.lost', volume: 11, waitedMs: 1, at: 5000 }
    appendFileSync(file, `${JSON.stringify(lost)}\n`)
    const { session, of } = await goOn('pending', 12)
    await session.done
    expect(feedback(dir).slice(0, 11)).toEqual(whole.slice(0, 11))
    expect(
      of('feedback')
        .map(({ volume, feedback: f }) => [volume, f.reason])
        .slice(0, 4),
    ).toEqual([
      [9, null],
      [10, null],
      [11, 'lost'],
      [12, null],
    ])
    await replaySession({ dir, bundle: bench.bundle, timing: 'fast' })
  })

  it('the clock of the session goes on and never back', async () => {
    const dir = await killedAfter(3, 'clock')
    const { session } = await goOn('clock', 4)
    await session.done
    const lines = readFileSync(join(dir, 'session.ndjson'), 'utf8').trimEnd().split('\n')
    const times = lines.map((line) => (JSON.parse(line) as { at: number }).at)
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })

  it('is refused with other settings, another subject, another process at work, or without a log', async () => {
    const dir = await killedAfter(2, 'refused')
    const start = (options: Partial<SessionOptions>) =>
      startOn(bench, 'refused', scriptedSource([]), { policy, resume: true, ...options })
    await expect(start({ policy: { minVolumes: 9 } })).rejects.toThrow('another policy')
    const other = { ...bench.calibration, subject: '02' }
    await expect(start({ calibration: other })).rejects.toThrow('another calibration')
    const manifest = { ...bench.bundle.manifest, name: 'other' }
    await expect(start({ bundle: { ...bench.bundle, manifest } })).rejects.toThrow('another bundle')
    writeFileSync(join(dir, 'session.lock'), `${process.ppid}\n`)
    await expect(start({})).rejects.toThrow('Another process')
    rmSync(join(dir, 'session.ndjson'))
    await expect(start({})).rejects.toThrow('without one')
  })
})
