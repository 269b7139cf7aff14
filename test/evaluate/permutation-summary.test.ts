import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { summarizePermutations, type PermutedFold } from '../../src/evaluate/permutation-summary.ts'
import { foldsWithScores } from './_folds.ts'

const folds = foldsWithScores({ lda: [0.6, 0.8], ridge: [0.4, 0.4] })

const permuted = (
  permutation: number,
  subject: string,
  lda: number,
  ridge: number,
): PermutedFold => ({ permutation, subject, scores: { lda, ridge } })

const three = [
  permuted(1, '01', 0.2, 0.3),
  permuted(1, '02', 0.4, 0.3),
  permuted(2, '01', 0.5, 0.9),
  permuted(2, '02', 0.3, 0.7),
  permuted(3, '01', 0.1, 0.2),
  permuted(3, '02', 0.3, 0.2),
]

describe('summarizePermutations', () => {
  it('tests the mean over subjects against its permutations and against the best model, by hand', () => {
    const { n, models } = summarizePermutations(folds, three)!
    expect(n).toBe(3)
    expect(models.lda!.observed).toBeCloseTo(0.7, 12)
    expect(models.lda!.null.map((score) => score.toFixed(9))).toEqual([
      '0.300000000',
      '0.400000000',
      '0.200000000',
    ])
    expect(models.lda).toMatchObject({ p: 1 / 4, pFamilywise: 2 / 4 })
    expect(models.ridge).toMatchObject({ p: 2 / 4, pFamilywise: 2 / 4 })
    expect(models.ridge!.nullMean).toBeCloseTo((0.3 + 0.8 + 0.2) / 3, 12)
  })

  it('does not depend on the order of arrival', () => {
    const summary = summarizePermutations(folds, three)
    fc.assert(
      fc.property(fc.shuffledSubarray(three, { minLength: three.length }), (shuffled) => {
        expect(summarizePermutations(folds, shuffled)).toEqual(summary)
      }),
    )
  })

  it('counts only permutations of which every scored subject is there', () => {
    const { n, models } = summarizePermutations(folds, three.slice(1))!
    expect(n).toBe(2)
    expect(models.lda!.null).toHaveLength(2)
    const withFailed = foldsWithScores({ lda: [0.6], ridge: [0.4] })
    expect(summarizePermutations(withFailed, three)!.models.lda!.observed).toBeCloseTo(0.6, 12)
  })

  it('says nothing surprising before the first permutation has ended, and nothing without a fold', () => {
    expect(summarizePermutations(folds, [])!.models.ridge).toMatchObject({
      p: 1,
      pFamilywise: 1,
      nullMean: 0,
      null: [],
    })
    expect(summarizePermutations([], three)).toBeNull()
  })
})
