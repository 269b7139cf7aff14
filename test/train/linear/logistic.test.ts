import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scoreLinear } from '../../../src/train/linear/linear-state.ts'
import { fitLogisticWeights, logistic } from '../../../src/train/linear/logistic.ts'
import { applyTemperature } from '../../../src/train/temperature.ts'
import { context, distance, gaussianSamples, matrix, withoutClass } from './_samples.ts'

/** As far as double precision goes. */
const exactly = { tolerance: 1e-10, valueTolerance: 0 }

describe('fitLogisticWeights', () => {
  it('satisfies the equation of two samples on one feature', () => {
    // By symmetry w1 = -w0 = w and the intercepts are equal; the gradient is w - c * 2 p = 0 with p = 1 / (1 + exp(2 w)).
    const { weights, bias } = fitLogisticWeights(matrix([[-1], [1]]), [0, 1], 2, {
      c: 3,
      tolerance: 1e-12,
      valueTolerance: 0,
    })
    const w = weights[1]!
    expect(w - (3 * 2) / (1 + Math.exp(2 * w))).toBeCloseTo(0, 7)
    expect(weights[0]).toBeCloseTo(-w, 7)
    expect(bias[1]! - bias[0]!).toBeCloseTo(0, 7)
  })

  it('has a zero gradient at its minimum', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(3, 40),
        fc.constantFrom(0.1, 1, 20),
        (seed, d, c) => {
          const { features, labels } = gaussianSamples(seed, 30, d, 3)
          const fitted = fitLogisticWeights(features, labels, 3, { c, ...exactly })
          const p = applyTemperature(
            scoreLinear({ ...fitted, nClasses: 3, nFeatures: d }, features),
            1,
          ).data
          for (let k = 0; k < 3; k++) {
            const rest = Array.from(labels, (label, i) => p[i * 3 + k]! - (label === k ? 1 : 0))
            expect(Math.abs(rest.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-4)
            for (let j = 0; j < d; j++) {
              const slope = rest.reduce((sum, r, i) => sum + r * features.data[i * d + j]!, 0)
              expect(Math.abs(c * slope + fitted.weights[j * 3 + k]!)).toBeLessThan(1e-4)
            }
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  it('does not care where the features are centred', () => {
    const { features, labels } = gaussianSamples(5, 40, 6, 3)
    const shifted = features.data.map((value, i) => value + 100 * (i % 6))
    const a = fitLogisticWeights(features, labels, 3, exactly)
    const b = fitLogisticWeights({ ...features, data: shifted }, labels, 3, exactly)
    expect(distance(a.weights, b.weights)).toBeLessThan(1e-6)
  })

  it('copes with separable classes, a constant feature and an empty class', () => {
    const samples = withoutClass(gaussianSamples(6, 60, 5, 4, 6), 3)
    const data = samples.features.data.map((value, i) => (i % 5 === 0 ? 1 : value))
    const { weights, bias } = fitLogisticWeights(
      { ...samples.features, data },
      samples.labels,
      4,
      exactly,
    )
    expect([...weights].every(Number.isFinite)).toBe(true)
    expect(distance(weights.slice(0, 4), [0, 0, 0, 0])).toBeLessThan(1e-5)
    expect(bias[3]).toBe(-Infinity)
  })
})

describe('logistic', () => {
  it('scores in logits of its own probabilities', async () => {
    const samples = gaussianSamples(7, 90, 4, 3)
    const state = await logistic.fit(samples, {}, context)
    const p = applyTemperature(await logistic.score(state, samples.features, context), 1).data
    // With free intercepts the mean probability of a class is its share of the training samples.
    const mean = Array.from(samples.labels).reduce((sum, _, i) => sum + p[i * 3]! / 90, 0)
    expect(mean).toBeCloseTo(1 / 3, 3)
  })
})
