import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aucMacro, aucPerClass } from '../../../src/evaluate/metrics/auc.ts'

/** Scores of two classes from those of the second. */
const twoClasses = (scores: readonly number[]) => ({
  data: Float64Array.from(scores.flatMap((score) => [-score, score])),
  nRows: scores.length,
  nCols: 2,
})

describe('area under the ROC curve', () => {
  it('is the share of pairs in the right order, ties counting one half', () => {
    // Pairs (positive, negative): 0.4 > 0.1, 0.4 = 0.4, 0.8 > 0.1, 0.8 > 0.4.
    const scores = twoClasses([0.1, 0.4, 0.4, 0.8])
    expect([...aucPerClass([0, 0, 1, 1], scores)]).toEqual([3.5 / 4, 3.5 / 4])
    expect(aucMacro([0, 0, 1, 1], scores)).toBe(3.5 / 4)
  })

  it('is the same after any increasing transform of the scores', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(1), fc.integer({ min: -20, max: 20 })), { minLength: 4 }),
        (samples) => {
          const labels = samples.map(([label]) => label)
          const scores = samples.map(([, score]) => score)
          const plain = aucPerClass(labels, twoClasses(scores))
          const cubed = aucPerClass(labels, twoClasses(scores.map((score) => score ** 3)))
          expect(cubed).toEqual(plain)
        },
      ),
    )
  })

  it('is not defined where a class does not occur', () => {
    const scores = { data: Float64Array.of(0.2, 0.8, 0, 0.7, 0.3, 0), nRows: 2, nCols: 3 }
    const perClass = aucPerClass([1, 0], scores)
    expect([...perClass.slice(0, 2)]).toEqual([1, 1])
    expect(perClass[2]).toBeNaN()
    expect(aucMacro([1, 0], scores)).toBeNaN()
  })
})
