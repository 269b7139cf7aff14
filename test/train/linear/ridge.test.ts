import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { predictClasses } from '../../../src/evaluate/metrics/index.ts'
import { fitRidgeWeights, ridge } from '../../../src/train/linear/ridge.ts'
import { scoreLinear } from '../../../src/train/linear/linear-state.ts'
import { context, distance, gaussianSamples, matrix, withoutClass } from './_samples.ts'

describe('fitRidgeWeights', () => {
  it('agrees with a regression worked out by hand', () => {
    // Centred x = -1, 0, 1 and y = 1, -1, -1 for class 0: x.x = 2, x.y = -2, so w = -2 / (2 + 2); mean y = -1/3.
    const { weights, bias } = fitRidgeWeights(matrix([[4], [5], [6]]), [0, 1, 1], 2, 2)
    expect(distance(weights, [-0.5, 0.5])).toBeLessThan(1e-14)
    expect(distance(bias, [-1 / 3 + 2.5, 1 / 3 - 2.5])).toBeLessThan(1e-13)
  })

  it('has a zero gradient at its minimum, with more samples or more features', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(4, 15, 60), (seed, d) => {
        const { features, labels } = gaussianSamples(seed, 24, d, 3)
        const { weights, bias } = fitRidgeWeights(features, labels, 3, 1.5)
        const scores = scoreLinear({ weights, bias, nClasses: 3, nFeatures: d }, features).data
        for (let c = 0; c < 3; c++) {
          const rest = Array.from(labels, (label, i) => scores[i * 3 + c]! - (label === c ? 1 : -1))
          expect(Math.abs(rest.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-9)
          for (let j = 0; j < d; j++) {
            const slope = rest.reduce((sum, value, i) => sum + value * features.data[i * d + j]!, 0)
            expect(Math.abs(slope + 1.5 * weights[j * 3 + c]!)).toBeLessThan(1e-8)
          }
        }
      }),
      { numRuns: 20 },
    )
  })

  it('ignores a constant feature and a class without samples', () => {
    const samples = withoutClass(gaussianSamples(3, 30, 4, 3), 2)
    const data = samples.features.data.map((value, i) => (i % 4 === 1 ? 7 : value))
    const { weights, bias } = fitRidgeWeights({ ...samples.features, data }, samples.labels, 3, 1)
    expect([Math.abs(weights[3]!), Math.abs(weights[4]!)]).toEqual([0, 0])
    expect([weights[2], weights[5], weights[8], weights[11]]).toEqual([0, 0, 0, 0])
    expect(bias[2]).toBe(-Infinity)
  })

  it('refuses features that are not finite', () => {
    expect(() => fitRidgeWeights(matrix([[1], [NaN]]), [0, 1], 2, 1)).toThrowError(
      expect.objectContaining({ code: 'TRAIN_SINGULAR' }),
    )
  })
})

describe('ridge', () => {
  it('separates classes that lie apart', async () => {
    const samples = gaussianSamples(4, 60, 10, 3, 4)
    const state = await ridge.fit(samples, {}, context)
    expect(state.fittedOn).toEqual(samples.runs)
    const scores = await ridge.score(state, samples.features, context)
    expect([...predictClasses(scores)]).toEqual([...samples.labels])
  })

  it('refuses options that it does not know', () => {
    const samples = gaussianSamples(4, 6, 2, 2)
    expect(() => ridge.fit(samples, { lambda: 1 } as never, context)).toThrowError(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    )
  })
})
