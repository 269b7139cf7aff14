import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import { motion, timeIndex } from '../../../src/train/baselines/nuisance.ts'
import { fitContext, gaussianSamples, hitRate } from './_samples.ts'

describe('timeIndex', () => {
  it('finds classes that change from the beginning of a run to its end', async () => {
    const nRows = 90
    const data = Float64Array.from({ length: nRows }, (_, t) => t / (nRows - 1))
    const labels = Int32Array.from({ length: nRows }, (_, t) => Math.floor(t / 30))
    const features = { data, nRows, nCols: 1 }
    const state = await timeIndex.fit(
      { features, labels, nClasses: 3, runs: ['a'] },
      {},
      fitContext,
    )
    expect(hitRate(await timeIndex.score(state, features, fitContext), labels)).toBeGreaterThan(0.9)
    expect(state).toMatchObject({ nFeatures: 1, fittedOn: ['a'] })
  })

  it('finds nothing in blocks whose order is another in the next run', async () => {
    const rng = createRng('orders')
    const run = (): number[] =>
      rng.shuffle([0, 1, 0, 1, 0, 1, 0, 1]).flatMap((label) => Array<number>(8).fill(label))
    const make = (nRuns: number) => {
      const labels = Int32Array.from(Array.from({ length: nRuns }, run).flat())
      const data = Float64Array.from(labels, (_, i) => (i % 64) / 63)
      return {
        features: { data, nRows: labels.length, nCols: 1 },
        labels,
        nClasses: 2,
        runs: ['a'],
      }
    }
    const state = await timeIndex.fit(make(40), {}, fitContext)
    const other = make(40)
    const rate = hitRate(await timeIndex.score(state, other.features, fitContext), other.labels)
    expect(Math.abs(rate - 0.5)).toBeLessThan(0.06)
  })
})

describe('motion', () => {
  it('finds a condition in which the head moves', async () => {
    const samples = gaussianSamples(createRng(3), [100, 100], 12, 3)
    const state = await motion.fit(samples, {}, fitContext)
    const scores = await motion.score(state, samples.features, fitContext)
    expect(hitRate(scores, samples.labels)).toBeGreaterThan(0.9)
  })

  it('survives a head that does not move at all', async () => {
    const { labels, nClasses, runs } = gaussianSamples(createRng(3), [60, 40], 1, 0)
    const features = { data: new Float64Array(1200), nRows: 100, nCols: 12 }
    const state = await motion.fit({ features, labels, nClasses, runs }, {}, fitContext)
    const { data } = await motion.score(state, features, fitContext)
    expect(data.every(Number.isFinite)).toBe(true)
  })
})
