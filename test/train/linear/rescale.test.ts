import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import { scoreLinear } from '../../../src/train/linear/linear-state.ts'
import { fitLogisticWeights } from '../../../src/train/linear/logistic.ts'
import { rescaleFeatures } from '../../../src/train/linear/rescale.ts'
import { fitSvmWeights } from '../../../src/train/linear/svm.ts'

describe('rescaleFeatures', () => {
  it('centres, and divides everything by one number: by hand', () => {
    const { features } = rescaleFeatures({
      data: Float64Array.of(1, 10, 3, 14),
      nRows: 2,
      nCols: 2,
    })
    const unit = Math.sqrt((1 + 4 + 1 + 4) / 4)
    expect([...features.data]).toEqual([-1 / unit, -2 / unit, 1 / unit, 2 / unit])
  })

  it('gives the same scores by way of the restored weights', () => {
    const numbers = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), {
      minLength: 6,
      maxLength: 6,
    })
    fc.assert(
      fc.property(numbers, numbers, (values, weights) => {
        const given = { data: Float64Array.from(values), nRows: 3, nCols: 2 }
        const { features, restore } = rescaleFeatures(given)
        const fitted = { weights: Float64Array.from(weights), bias: Float64Array.of(1, -2, 0) }
        const shape = { nClasses: 3, nFeatures: 2 }
        const direct = scoreLinear({ ...fitted, ...shape }, features).data
        const restored = scoreLinear({ ...restore(fitted), ...shape }, given).data
        const size = Math.max(1, ...direct.map(Math.abs))
        direct.forEach((score, i) => {
          expect(Math.abs(score - restored[i]!) / size).toBeLessThan(1e-6)
        })
      }),
    )
  })

  it('leaves features that never change at zero', () => {
    const { features } = rescaleFeatures({ data: Float64Array.of(7, 7), nRows: 2, nCols: 1 })
    expect([...features.data]).toEqual([0, 0])
  })

  it.each([
    ['svm', fitSvmWeights],
    ['logistic', fitLogisticWeights],
  ])('lets %s do on raw intensities what it does on small numbers', (_, fit) => {
    const rng = createRng('raw')
    const labels = Int32Array.from({ length: 60 }, (_, i) => i % 2)
    const small = Float64Array.from(
      { length: 600 },
      (_, i) => rng.normal() + (i % 10 < 3 ? 2 * labels[Math.floor(i / 10)]! : 0),
    )
    const raw = small.map((x) => 4000 + 90 * x)
    const shape = { nRows: 60, nCols: 10 }
    const predict = (data: Float64Array): number[] => {
      const fitted = fit({ data, ...shape }, labels, 2, { rescale: true })
      const scores = scoreLinear({ ...fitted, nClasses: 2, nFeatures: 10 }, { data, ...shape })
      return Array.from({ length: 60 }, (_, i) =>
        scores.data[2 * i]! > scores.data[2 * i + 1]! ? 0 : 1,
      )
    }
    expect(predict(raw)).toEqual(predict(small))
  })
})
