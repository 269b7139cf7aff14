import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { centroid } from '../../../src/train/linear/centroid.ts'
import { context, distance, gaussianSamples, matrix, withoutClass } from './_samples.ts'

const byHand = {
  features: matrix([
    [1, 2, 3],
    [3, 2, 1],
    [5, 4, 3],
  ]),
  labels: Int32Array.of(0, 1, 1),
  nClasses: 2,
  runs: [],
}

describe('centroid', () => {
  it('scores by correlation over the features', async () => {
    const state = await centroid.fit(byHand, {}, context)
    expect([...state.centroids]).toEqual([1, 2, 3, 4, 3, 2])
    const scores = await centroid.score(state, matrix([[10, 20, 30]]), context)
    expect(distance(scores.data, [1, -1])).toBeLessThan(1e-14)
  })

  it('scores by distance on request', async () => {
    const state = await centroid.fit(byHand, { metric: 'euclidean' }, context)
    const scores = await centroid.score(state, matrix([[1, 2, 5]]), context)
    expect([...scores.data]).toEqual([-2, -9.5])
  })

  it('does not mind shift and scale of a sample, when it correlates', async () => {
    const samples = gaussianSamples(1, 30, 8, 3)
    const state = await centroid.fit(samples, {}, context)
    const before = await centroid.score(state, samples.features, context)
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: -100, max: 100, noNaN: true }),
        async (scale, shift) => {
          const moved = samples.features.data.map((value) => scale * value + shift)
          const after = await centroid.score(state, { ...samples.features, data: moved }, context)
          expect(distance(before.data, after.data)).toBeLessThan(1e-8)
        },
      ),
      { numRuns: 20 },
    )
  })

  it('gives a constant sample no preference, and an empty class no chance', async () => {
    const samples = withoutClass(gaussianSamples(2, 30, 5, 3), 1)
    const state = await centroid.fit(samples, {}, context)
    const scores = await centroid.score(state, matrix([[0.1, 0.1, 0.1, 0.1, 0.1]]), context)
    expect([...scores.data]).toEqual([0, -Infinity, 0])
  })
})
