import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scoreLinear } from '../../../src/train/linear/linear-state.ts'
import { fitSvmWeights, svm } from '../../../src/train/linear/svm.ts'
import { predictClasses } from '../../../src/evaluate/metrics/index.ts'
import { context, distance, gaussianSamples, matrix, withoutClass } from './_samples.ts'

describe('fitSvmWeights', () => {
  it('agrees with a machine worked out by hand', () => {
    // x = -1, 1: both inside the margin, so w - 2 c * 2 (1 - w) = 0 and w = 4 c / (1 + 4 c); b = 0.
    const { weights, bias } = fitSvmWeights(matrix([[-1], [1]]), [0, 1], 2, { c: 1 })
    expect(distance(weights, [-0.8, 0.8])).toBeLessThan(1e-6)
    expect(distance(bias, [0, 0])).toBeLessThan(1e-6)
  })

  it('has a zero gradient at its minimum', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(3, 40), fc.constantFrom(0.3, 1), (seed, d, c) => {
        const { features, labels } = gaussianSamples(seed, 30, d, 3)
        const fitted = fitSvmWeights(features, labels, 3, { c, tolerance: 1e-9, valueTolerance: 0 })
        const scores = scoreLinear({ ...fitted, nClasses: 3, nFeatures: d }, features).data
        for (let k = 0; k < 3; k++) {
          const pull = Array.from(labels, (label, i) => {
            const y = label === k ? 1 : -1
            return -2 * c * y * Math.max(0, 1 - y * scores[i * 3 + k]!)
          })
          const intercept = pull.reduce((sum, value) => sum + value, 0)
          expect(Math.abs(intercept + fitted.bias[k]!)).toBeLessThan(1e-4)
          for (let j = 0; j < d; j++) {
            const slope = pull.reduce((sum, value, i) => sum + value * features.data[i * d + j]!, 0)
            expect(Math.abs(slope + fitted.weights[j * 3 + k]!)).toBeLessThan(1e-4)
          }
        }
      }),
      { numRuns: 20 },
    )
  })

  it('gives an empty class no chance', () => {
    const samples = withoutClass(gaussianSamples(6, 60, 5, 3), 0)
    expect(fitSvmWeights(samples.features, samples.labels, 3).bias[0]).toBe(-Infinity)
  })
})

describe('svm', () => {
  it('separates classes that lie apart', async () => {
    const samples = gaussianSamples(4, 60, 10, 3, 4)
    const state = await svm.fit(samples, {}, context)
    const scores = await svm.score(state, samples.features, context)
    expect([...predictClasses(scores)]).toEqual([...samples.labels])
  })
})
