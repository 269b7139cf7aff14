import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sessionPolicySchema, type SessionPolicy } from '../../../src/core/schemas/session.ts'
import { openOnce } from '../../../src/pipeline/fold-task.ts'
import { predictImage } from '../../../src/pipeline/bundle/predict-image.ts'
import { createRealigner } from '../../../src/preprocess/realign/index.ts'
import type { DecodeOutcome, RawDecoded } from '../../../src/realtime/decode/decoder-port.ts'
import { createVolumeChain } from '../../../src/realtime/decode/volume-chain.ts'
import { emotionRun } from '../../pipeline/_dataset.ts'
import { makeLargeBench, type SessionBench } from '../_session.ts'

let bench: SessionBench
beforeAll(async () => {
  bench = await makeLargeBench('data.preprocess=minimal')
})
afterAll(() => bench.remove())

const chain = (policy: Partial<SessionPolicy> = {}) =>
  createVolumeChain(
    {
      bundle: bench.bundle,
      calibration: bench.calibration,
      policy: sessionPolicySchema.parse(policy),
    },
    openOnce('cpu'),
  )

function raw(outcome: DecodeOutcome): RawDecoded {
  if ('decoded' in outcome) return outcome.decoded
  throw new Error(outcome.failure.message)
}

describe('createVolumeChain', () => {
  it('preprocesses as predicting the raw file does: the same probabilities, bit for bit', async () => {
    const decoder = await chain()
    const live: (readonly number[])[] = []
    for (const volume of bench.run) live.push(raw(await decoder.decode(volume)).probabilities ?? [])
    const offline: number[][] = []
    const image = emotionRun(bench.bids, '01', 'bold.nii.gz')
    for await (const { probabilities } of predictImage(bench.bundle, bench.calibration, image))
      offline.push(Array.from(probabilities))
    expect(live).toEqual(offline)
    expect(bench.calibration.preprocessing).toBeDefined()
  })

  it('measures motion against the reference, and since the volume before', async () => {
    const decoder = await chain({ realign: 'first' })
    const [first, second] = bench.run as [(typeof bench.run)[number], (typeof bench.run)[number]]
    const { motion: none } = raw(await decoder.decode(first))
    expect(none?.framewiseDisplacementMm).toBeNull()
    for (const value of [...none!.translationMm, ...none!.rotationDeg])
      expect(Math.abs(value)).toBeLessThan(1e-3)
    const { motion } = raw(await decoder.decode(second))
    const { parameters } = createRealigner(first.data, first.grid).realignOne(second.data)
    const [x, y, z, ...angles] = parameters
    expect(motion?.translationMm).toEqual([x, y, z])
    expect(motion?.rotationDeg).toEqual(angles.map((angle) => (angle * 180) / Math.PI))
    const before = [...none!.translationMm, ...none!.rotationDeg.map((a) => (a * Math.PI) / 180)]
    const expected = parameters.reduce(
      (sum, value, i) => sum + Math.abs(value - before[i]!) * (i < 3 ? 1 : 50),
      0,
    )
    expect(motion?.framewiseDisplacementMm).toBeCloseTo(expected, 9)
  })

  it.each([
    ['lost volumes leave no trace but a gap', [0, 1, 2, 5, 6, 9]],
    ['a few volumes bring a new decoder to where the old one was', [0, 1, 2, 3, 4, 5]],
  ])('%s', async (_, indices) => {
    const policy = { realign: 'first' } as const
    const whole = await chain(policy)
    expect(whole.lookback).toBe(2)
    const answers: DecodeOutcome[] = []
    for (const index of indices) answers.push(await whole.decode(bench.run[index]!))
    const fresh = await chain(policy)
    for (const index of [indices[0]!, ...indices.slice(-3, -1)])
      await fresh.restore(bench.run[index]!)
    expect(await fresh.decode(bench.run[indices.at(-1)!]!)).toEqual(answers.at(-1))
  })

  it('statistics of the run are restored by all of its volumes', async () => {
    const detrend = sessionPolicySchema.parse({ detrend: { trendFrom: 4, minVolumes: 3 } }).detrend
    const policy = { realign: 'none', detrend } as const
    const whole = await chain(policy)
    expect(whole.lookback).toBe('all')
    const answers: DecodeOutcome[] = []
    for (const volume of bench.run.slice(0, 8)) answers.push(await whole.decode(volume))
    expect(answers.map((answer) => raw(answer).probabilities === null)).toEqual(
      answers.map((_, i) => i < 2),
    )
    const fresh = await chain(policy)
    for (const volume of bench.run.slice(0, 7)) await fresh.restore(volume)
    expect(await fresh.decode(bench.run[7]!)).toEqual(answers[7])
  })

  it('refuses a blank volume and keeps nothing of it', async () => {
    const [with_, without] = [await chain({ realign: 'first' }), await chain({ realign: 'first' })]
    const blank = { ...bench.run[1]!, data: new Float32Array(bench.run[1]!.data.length).fill(7) }
    for (const decoder of [with_, without]) await decoder.decode(bench.run[0]!)
    expect(await with_.decode(blank)).toMatchObject({ failure: { code: 'VOLUME_BLANK' } })
    expect(await with_.decode(bench.run[2]!)).toEqual(await without.decode(bench.run[2]!))
  })
})
