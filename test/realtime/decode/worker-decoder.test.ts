/** Workers need compiled sources: these are those of `dist`. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openInProcessDecoder } from '../../../src/realtime/decode/in-process-decoder.ts'
import type {
  openWorkerDecoder as OpenWorkerDecoder,
  WorkerDecoder,
} from '../../../src/realtime/decode/worker-decoder.ts'
import { sessionPolicySchema } from '../../../src/core/schemas/session.ts'
import { replaySession } from '../../../src/realtime/replay.ts'
import { makeBench, scriptedSource, startOn, type SessionBench } from '../_session.ts'

let bench: SessionBench
let openWorkerDecoder: typeof OpenWorkerDecoder
beforeAll(async () => {
  const built = new URL('../../../dist/src/realtime/decode/worker-decoder.js', import.meta.url).href
  const module = (await import(/* @vite-ignore */ built)) as {
    openWorkerDecoder: typeof OpenWorkerDecoder
  }
  openWorkerDecoder = module.openWorkerDecoder
  bench = await makeBench('clean.baseline=running')
})
afterAll(() => bench.remove())

const policy = sessionPolicySchema.parse({})

describe('openWorkerDecoder', () => {
  it('answers what a decoder in the same thread answers, refusals included', async () => {
    const { bundle, calibration, run } = bench
    const inside = await openInProcessDecoder({ bundle, calibration, policy })
    const worker = await openWorkerDecoder({ bundle, calibration, policy })
    expect(worker.lookback).toBe(inside.lookback)
    const blank = { ...run[3]!, data: new Float32Array(800) }
    for (const volume of [...run.slice(0, 3), blank]) {
      const answer = await worker.decode(volume)
      expect(answer).toEqual(await inside.decode(volume))
    }
    await worker.restore(run[3]!)
    await inside.restore(run[3]!)
    expect(await worker.decode(run[4]!)).toEqual(await inside.decode(run[4]!))
    await worker.close()
    await expect(worker.decode(run[5]!)).rejects.toThrow('thread ended')
  })

  it('says why when it cannot load the bundle', async () => {
    const { bundle, calibration } = bench
    const gone = { ...bundle, dir: join(bench.dir, 'nowhere') }
    const opening = openWorkerDecoder({ bundle: gone, calibration, policy })
    await expect(opening).rejects.toMatchObject({ code: 'RT_DECODER_UNUSABLE' })
    const manifest = { ...bundle.manifest, name: 'another' }
    const changed = openWorkerDecoder({ bundle: { ...bundle, manifest }, calibration, policy })
    await expect(changed).rejects.toThrow('another manifest')
  })
})

describe('a session whose decoder is killed', () => {
  it('goes on: same feedback as without, and a replay that agrees', async () => {
    const undisturbed = await startOn(bench, 'undisturbed', scriptedSource(bench.run))
    await undisturbed.session.done
    const workers: WorkerDecoder[] = []
    const source = scriptedSource(bench.run.flatMap((volume) => [volume, 2]))
    const { session, of, until, dir } = await startOn(bench, 'killed', source, {
      openDecoder: async (options) => {
        const worker = await openWorkerDecoder(options)
        workers.push(worker)
        return worker
      },
    })
    await until('feedback', 5)
    await workers[0]!.kill()
    await until('feedback', 20)
    await workers[1]!.kill()
    const summary = await session.done
    expect(summary.counts).toMatchObject({ feedback: 81, failed: 0, restarts: 2 })
    expect(workers).toHaveLength(3)
    const given = (heard: typeof undisturbed) =>
      heard.of('feedback').map(({ feedback }) => [feedback.volume, feedback.probabilities])
    expect(of('feedback').map(({ feedback }) => [feedback.volume, feedback.probabilities])).toEqual(
      given(undisturbed),
    )
    expect(await replaySession({ dir, bundle: bench.bundle, timing: 'fast' })).toMatchObject({
      nCompared: 81,
      nDecoded: 81,
    })
  })

  it('tells of the volume on which it dies every time, and replays all others', async () => {
    const source = scriptedSource(bench.run.slice(0, 6))
    const { session, of, dir } = await startOn(bench, 'poison', source, {
      openDecoder: async (options) => {
        const worker = await openWorkerDecoder(options)
        return {
          ...worker,
          decode: async (volume) => {
            if (volume.index === 3) await worker.kill()
            return worker.decode(volume)
          },
        }
      },
    })
    await session.done
    expect(of('decoder.failed')).toMatchObject([{ volume: 3, crashed: true }])
    expect(of('decoder.restarted')).toHaveLength(2)
    expect(of('feedback').map(({ feedback }) => feedback.reason)).toEqual([
      null,
      null,
      null,
      'failed',
      null,
      null,
    ])
    expect(await replaySession({ dir, bundle: bench.bundle, timing: 'fast' })).toMatchObject({
      nDecoded: 5,
      nCrashed: 1,
    })
  })
})
