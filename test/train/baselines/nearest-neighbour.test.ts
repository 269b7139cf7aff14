import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import { nearestNeighbour, scoreNearest } from '../../../src/train/baselines/nearest-neighbour.ts'
import { fitContext, gaussianSamples, hitRate } from './_samples.ts'

describe('nearestNeighbour', () => {
  it('gives a sample the class of the nearest: by hand', async () => {
    const features = { data: Float64Array.of(0, 0, 10, 0, 0, 10), nRows: 3, nCols: 2 }
    const state = await nearestNeighbour.fit(
      { features, labels: Int32Array.of(0, 1, 2), nClasses: 3, runs: ['r'] },
      {},
      fitContext,
    )
    const { data } = scoreNearest(state, { data: Float64Array.of(1, 1), nRows: 1, nCols: 2 })
    // Squared distances 2, 82 and 82, in units of the nearest.
    expect([...data].map((x) => Math.round(x))).toEqual([-1, -41, -41])
  })

  it('finds every training sample again, whatever the offset of the intensities', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        async (seed, offset) => {
          const samples = gaussianSamples(createRng(seed), [12, 9], 5, 0)
          const features = {
            ...samples.features,
            data: samples.features.data.map((x) => x + offset),
          }
          const state = await nearestNeighbour.fit({ ...samples, features }, {}, fitContext)
          expect(hitRate(scoreNearest(state, features), samples.labels)).toBe(1)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('compares more samples than fit into one block, and never names an absent class', async () => {
    const train = gaussianSamples(createRng(1), [100, 100], 4, 6)
    const test = gaussianSamples(createRng(2), [150, 150], 4, 6)
    const state = await nearestNeighbour.fit({ ...train, nClasses: 3 }, {}, fitContext)
    const scores = scoreNearest(state, test.features)
    expect(hitRate(scores, test.labels)).toBeGreaterThan(0.97)
    expect(scores.data[2]).toBe(-Infinity)
  })

  it('refuses samples of another width', async () => {
    const state = await nearestNeighbour.fit(
      gaussianSamples(createRng(1), [3, 3], 4, 0),
      {},
      fitContext,
    )
    const wide = { data: new Float64Array(5), nRows: 1, nCols: 5 }
    expect(() => scoreNearest(state, wide)).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }) as Error,
    )
  })
})
