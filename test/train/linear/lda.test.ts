import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitLdaWeights, lda } from '../../../src/train/linear/lda.ts'
import { scoreLinear } from '../../../src/train/linear/linear-state.ts'
import { applyTemperature } from '../../../src/train/temperature.ts'
import { context, distance, gaussianSamples, matrix, withoutClass } from './_samples.ts'

/** Differences of scores to the first class: what a constant per sample does not change. */
function contrasts(scores: Float64Array, nClasses: number): number[] {
  return Array.from(scores, (value, i) => value - scores[i - (i % nClasses)]!)
}

describe('fitLdaWeights', () => {
  it('agrees with a discriminant worked out by hand', () => {
    // One feature, means 0 and 4, variance within classes 1, equal priors: log odds of class 1 = 4 x - 8.
    const features = matrix([[-1], [1], [3], [5]])
    const { weights, bias } = fitLdaWeights(features, [0, 0, 1, 1], 2, 0)
    expect(weights[1]! - weights[0]!).toBeCloseTo(4, 10)
    expect(bias[1]! - bias[0]!).toBeCloseTo(-8, 10)
  })

  it('gives log posteriors: priors move the scores by their logarithms', () => {
    const features = matrix([[-1], [1], [-1], [1], [-1], [1], [3], [5]])
    const { bias } = fitLdaWeights(features, [0, 0, 0, 0, 0, 0, 1, 1], 2, 0)
    expect(bias[1]! - bias[0]!).toBeCloseTo(-8 + Math.log(1 / 3), 10)
  })

  it('scores the same after any rotation of the features, in both regimes', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(6, 50), (seed, d) => {
        const { features, labels } = gaussianSamples(seed, 24, d, 3)
        const turned = rotatePairs(features.data, d)
        const score = (data: Float64Array): number[] => {
          const fitted = fitLdaWeights({ ...features, data }, labels, 3, 0.3)
          const state = { ...fitted, nClasses: 3, nFeatures: d }
          return contrasts(scoreLinear(state, { ...features, data }).data, 3)
        }
        expect(distance(score(features.data), score(turned))).toBeLessThan(1e-8)
      }),
      { numRuns: 15 },
    )
  })

  it('does not lose its discriminants in a large baseline', () => {
    const { features, labels } = gaussianSamples(6, 40, 5, 2)
    const shifted = features.data.map((value) => value + 10_000)
    const score = (data: Float64Array): number[] => {
      const fitted = fitLdaWeights({ ...features, data }, labels, 2, 0.1)
      return contrasts(
        scoreLinear({ ...fitted, nClasses: 2, nFeatures: 5 }, { ...features, data }).data,
        2,
      )
    }
    expect(distance(score(features.data), score(shifted))).toBeLessThan(1e-6)
  })

  it('works without shrinkage where features outnumber samples', () => {
    const { features, labels } = gaussianSamples(7, 12, 30, 3)
    const { weights, bias } = fitLdaWeights(features, labels, 3, 0)
    expect([...weights, ...bias].every(Number.isFinite)).toBe(true)
  })

  it('is the nearest class mean where nothing varies within classes', () => {
    const features = matrix([
      [0, 0],
      [4, 0],
      [0, 0],
      [4, 0],
    ])
    const fitted = fitLdaWeights(features, [0, 1, 0, 1], 2, 0.5)
    const scores = scoreLinear({ ...fitted, nClasses: 2, nFeatures: 2 }, matrix([[1, 9]])).data
    expect(scores[0]! - scores[1]!).toBeCloseTo((9 - 1) / 2, 12)
  })
})

describe('lda', () => {
  it('never predicts a class without samples', async () => {
    const samples = withoutClass(gaussianSamples(8, 60, 4, 3), 0)
    const state = await lda.fit(samples, { shrinkage: 0.2 }, context)
    const scores = await lda.score(state, samples.features, context)
    const probabilities = applyTemperature(scores, 2)
    for (let i = 0; i < probabilities.nRows; i++) {
      expect(probabilities.data[i * 3]).toBe(0)
      expect(probabilities.data[i * 3 + 1]! + probabilities.data[i * 3 + 2]!).toBeCloseTo(1, 12)
    }
  })
})

/** Turns features 0 and 1, 2 and 3, ... by 30 degrees. */
function rotatePairs(data: Float64Array, d: number): Float64Array {
  const turned = data.slice()
  const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)]
  for (let i = 0; i < data.length; i += d)
    for (let j = 0; j + 1 < d; j += 2) {
      turned[i + j] = cos * data[i + j]! - sin * data[i + j + 1]!
      turned[i + j + 1] = sin * data[i + j]! + cos * data[i + j + 1]!
    }
  return turned
}
