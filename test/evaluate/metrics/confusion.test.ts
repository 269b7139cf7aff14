import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accuracy,
  balancedAccuracy,
  classScores,
  cohenKappa,
  confusionMatrix,
  macroF1,
  matthews,
} from '../../../src/evaluate/metrics/confusion.ts'

// Rows = true: class 0 three times right and once wrong, class 1 twice right; class 2 never occurs.
const confusion = confusionMatrix([0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1], 3)

describe('confusion matrix', () => {
  it('has rows for true and columns for predicted classes', () => {
    expect([...confusion.counts]).toEqual([3, 1, 0, 0, 2, 0, 0, 0, 0])
  })

  it('gives the scores that can be worked out by hand', () => {
    expect(accuracy(confusion)).toBeCloseTo(5 / 6, 14)
    expect(balancedAccuracy(confusion)).toBeCloseTo((3 / 4 + 1) / 2, 14)
    expect([...classScores(confusion).precision]).toEqual([1, 2 / 3, 0])
    expect([...classScores(confusion).recall]).toEqual([0.75, 1, 0])
    expect(macroF1(confusion)).toBeCloseTo((6 / 7 + 4 / 5) / 2, 14)
    expect(cohenKappa(confusion)).toBeCloseTo((5 - 3) / (6 - 3), 14)
    expect(matthews(confusion)).toBeCloseTo((5 * 6 - 18) / Math.sqrt((36 - 20) * (36 - 18)), 14)
  })

  it('does not change when classes are renamed', () => {
    const pairs = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 5 })
    fc.assert(
      fc.property(pairs, (samples) => {
        const rename = (c: number): number => [2, 0, 3, 1][c]!
        const scores = [accuracy, balancedAccuracy, macroF1, cohenKappa, matthews]
        const before = confusionMatrix(
          samples.map(([t]) => t),
          samples.map(([, p]) => p),
          4,
        )
        const after = confusionMatrix(
          samples.map(([t]) => rename(t)),
          samples.map(([, p]) => rename(p)),
          4,
        )
        for (const score of scores) {
          const [a, b] = [score(before), score(after)]
          expect(Number.isNaN(a) ? Number.isNaN(b) : Math.abs(a - b) < 1e-12).toBe(true)
        }
      }),
    )
  })

  it('says NaN without samples, and 0 correlation for one class', () => {
    const nothing = confusionMatrix([], [], 2)
    expect(accuracy(nothing)).toBeNaN()
    expect(balancedAccuracy(nothing)).toBeNaN()
    expect(matthews(confusionMatrix([0, 0], [0, 0], 2))).toBe(0)
  })

  it.each([
    ['lengths that differ', [0, 1], [0], 'SHAPE_MISMATCH'],
    ['a true class that is none', [0, 2], [0, 1], 'VALUE_INVALID'],
    ['a predicted class that is none', [0, 1], [0, -1], 'VALUE_INVALID'],
  ])('refuses %s', (_, labels, predicted, code) => {
    expect(() => confusionMatrix(labels, predicted, 2)).toThrowError(
      expect.objectContaining({ code }),
    )
  })
})
