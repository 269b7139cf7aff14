import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sessionEventSchema } from '../../src/core/schemas/session-event.ts'
import { predictImage } from '../../src/pipeline/bundle/predict-image.ts'
import { openInProcessDecoder } from '../../src/realtime/decode/in-process-decoder.ts'
import { replaySession } from '../../src/realtime/replay.ts'
import type { ArrivedVolume } from '../../src/realtime/volume-source.ts'
import { emotionRun } from '../pipeline/_dataset.ts'
import {
  altered,
  arrived,
  makeBench,
  scriptedSource,
  startOn,
  type SessionBench,
} from './_session.ts'

let bench: SessionBench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench.remove())

const volume = (index: number): ArrivedVolume => bench.run[index]!
const replay = (dir: string) => replaySession({ dir, bundle: bench.bundle, timing: 'fast' })

describe('a session', () => {
  it('gives every volume of a run the probabilities that predicting the file gives, bit for bit', async () => {
    const { session, of, dir } = await startOn(bench, 'whole', scriptedSource(bench.run))
    const summary = await session.done
    expect(summary).toMatchObject({ reason: 'source-ended', error: null })
    expect(summary.counts).toMatchObject({ received: 81, feedback: 81, lost: 0 })
    const offline: Record<string, number>[] = []
    const image = emotionRun(bench.bids, '01', 'bold.nii.gz')
    const { classes } = bench.bundle.manifest
    for await (const { probabilities } of predictImage(bench.bundle, bench.calibration, image))
      offline.push(Object.fromEntries(classes.map((name, c) => [name, probabilities[c]!])))
    expect(of('feedback').map(({ feedback }) => feedback.probabilities)).toEqual(offline)
    expect(await replay(dir)).toMatchObject({ nCompared: 81, nDecoded: 81, nCrashed: 0 })
  })

  it('writes every event before it is heard, first line first', async () => {
    const seen: number[] = []
    const file = join(bench.dir, 'sessions', 'before', 'session.ndjson')
    const source = scriptedSource(bench.run.slice(0, 5))
    const { session, events } = await startOn(bench, 'before', source, {
      onEvent: () => seen.push(readFileSync(file, 'utf8').split('\n').length - 1),
    })
    await session.done
    expect(events).toEqual([])
    expect(seen).toEqual(seen.map((_, i) => i + 1))
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    const types = lines.map((line) => sessionEventSchema.parse(JSON.parse(line)).type)
    expect(types[0]).toBe('session.started')
    expect(types.at(-1)).toBe('session.stopped')
    expect(types.filter((type) => type === 'feedback')).toHaveLength(5)
  })

  it('tells marks, problems and clients in the log, and its state to whoever asks', async () => {
    const problem = { type: 'problem', code: 'X', message: 'cut', origin: 'a file' } as const
    const source = scriptedSource([volume(0), problem, volume(1)], false)
    const { session, of, until } = await startOn(bench, 'told', source)
    await until('feedback', 1)
    session.mark('eyes closed')
    session.record({
      type: 'client.refused',
      transport: 'http',
      address: '::1',
      reason: 'no token',
    })
    expect(session.state()).toMatchObject({
      status: 'running',
      lastVolume: { index: 1 },
      lastFeedback: { volume: 1 },
      counts: { received: 2, feedback: 2, problems: 1 },
      latencyMs: { n: 2 },
    })
    expect(session.state().feedbackOf(0)).toEqual(of('feedback')[0]!.feedback)
    expect((await session.stop()).reason).toBe('stopped')
    expect(of('mark')).toMatchObject([{ text: 'eyes closed', volume: 1 }])
    expect(of('client.refused')).toHaveLength(1)
    expect(of('source.problem')).toMatchObject([{ code: 'X' }])
    session.mark('too late')
    expect(of('mark')).toHaveLength(1)
  })

  it('refuses a folder that holds a session', async () => {
    await expect(startOn(bench, 'whole', scriptedSource([]))).rejects.toThrow('holds a session')
  })
})

describe('what goes wrong with volumes', () => {
  it('duplicates and conflicts are told, and the first bytes count', async () => {
    const other = altered(volume(1), 1)
    const source = scriptedSource([volume(0), volume(1), volume(1), other, volume(2)])
    const { session, of, dir } = await startOn(bench, 'twice', source)
    await session.done
    expect(of('volume.duplicate')).toMatchObject([{ volume: 1 }])
    expect(of('volume.conflict')).toMatchObject([
      { volume: 1, sha256: other.sha256, keptSha256: volume(1).sha256 },
    ])
    expect(of('feedback').map(({ volume: n }) => n)).toEqual([0, 1, 2])
    await replay(dir)
  })

  it('a lost one gets a message without feedback; when it comes after all it is kept and not decoded', async () => {
    const source = scriptedSource([volume(0), volume(2), 120, volume(1), volume(3)])
    const { session, of, dir } = await startOn(bench, 'lost', source, { policy: { maxWaitMs: 50 } })
    await session.done
    expect(of('volume.parked')).toMatchObject([{ volume: 2, waitingFor: 1 }])
    expect(of('volume.lost')).toMatchObject([{ volume: 1 }])
    expect(of('volume.late')).toMatchObject([{ volume: 1, file: 'volumes/000001.vol' }])
    expect(of('feedback').map(({ feedback: f }) => [f.volume, f.status, f.reason])).toEqual([
      [0, 'feedback', null],
      [1, 'no-feedback', 'lost'],
      [2, 'feedback', null],
      [3, 'feedback', null],
    ])
    expect(await replay(dir)).toMatchObject({ nCompared: 4, nDecoded: 3 })
  })

  it('a blank one fails, and the next is decoded as if it had not come', async () => {
    const blank = arrived(1, new Float32Array(800), volume(1))
    const source = scriptedSource([volume(0), blank, volume(2)])
    const { session, of, dir } = await startOn(bench, 'blank', source)
    await session.done
    expect(of('decoder.failed')).toMatchObject([
      { volume: 1, code: 'VOLUME_BLANK', crashed: false },
    ])
    expect(of('feedback').map(({ feedback }) => feedback.reason)).toEqual([null, 'failed', null])
    await replay(dir)
  })

  it('another matrix ends the session with an error, and what had arrived keeps its feedback', async () => {
    const grid = { ...volume(1).grid, shape: [10, 8, 10] as const }
    const wrong = { ...volume(1), grid }
    const source = scriptedSource([volume(0), wrong, volume(2)])
    const { session, of } = await startOn(bench, 'matrix', source)
    const summary = await session.done
    expect(summary).toMatchObject({ reason: 'error', error: { code: 'RT_GEOMETRY_CHANGED' } })
    expect(of('feedback').map(({ volume: n }) => n)).toEqual([0])
    expect(session.state().status).toBe('failed')
  })

  it('a first volume on another grid than the decoder’s ends it too', async () => {
    const grid = { shape: [8, 10, 10], affine: volume(0).grid.affine } as const
    const { session } = await startOn(bench, 'grid', scriptedSource([{ ...volume(0), grid }]))
    expect((await session.done).error).toMatchObject({ code: 'BUNDLE_GRID_MISMATCH' })
  })

  it('one that is far ahead is refused', async () => {
    const source = scriptedSource([volume(0), { ...volume(1), index: 5000 }, volume(1)])
    const { session, of } = await startOn(bench, 'jump', source)
    await session.done
    expect(of('source.problem')).toMatchObject([{ code: 'RT_INDEX_JUMP', origin: 'volume-1' }])
    expect(of('feedback').map(({ volume: n }) => n)).toEqual([0, 1])
  })

  it('silence is told once, and ends with the next volume', async () => {
    const source = scriptedSource([volume(0), 150, volume(1)])
    const { session, of } = await startOn(bench, 'quiet', source, {
      policy: { trSeconds: 0.02, maxWaitMs: 1000 },
    })
    await session.done
    expect(of('session.stalled')).toMatchObject([{ lastVolume: 0 }])
    expect(of('feedback')).toHaveLength(2)
  })
})

describe('a decoder that is too slow', () => {
  it('decodes the newest, says so of the others, and marks what is late', async () => {
    const source = scriptedSource(bench.run.slice(0, 6))
    const { session, of, dir } = await startOn(bench, 'slow', source, {
      policy: { maxBacklog: 2, deadlineMs: 1 },
      openDecoder: async (options) => {
        const decoder = await openInProcessDecoder(options)
        return {
          ...decoder,
          decode: async (input) => {
            // The first answer comes when everything has arrived.
            if (input.index === 0) await new Promise((resolve) => setTimeout(resolve, 200))
            return decoder.decode(input)
          },
        }
      },
    })
    await session.done
    expect(of('feedback').map(({ feedback }) => feedback.reason)).toEqual([
      null,
      'skipped',
      'skipped',
      'skipped',
      'skipped',
      null,
    ])
    expect(of('feedback.skipped').map(({ volume: n, newest }) => [n, newest])).toEqual([
      [1, 3],
      [2, 3],
      [3, 5],
      [4, 5],
    ])
    expect(of('feedback.late').map(({ volume: n }) => n)).toContain(0)
    await replay(dir)
  })
})
