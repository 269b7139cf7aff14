import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  oneSampleT,
  permutationP,
  summarize,
  wilcoxonSignedRank,
} from '../../src/evaluate/statistics.ts'

describe('summarize', () => {
  it('gives Student t intervals over subjects', () => {
    const { mean, sd, ci95, ci99 } = summarize([0.5, 0.6, 0.7])
    expect(mean).toBeCloseTo(0.6, 14)
    expect(sd).toBeCloseTo(0.1, 14)
    // t at 97.5 % and 99.5 % with 2 degrees of freedom.
    expect(ci95![1] - mean).toBeCloseTo((4.302652729911275 * 0.1) / Math.sqrt(3), 10)
    expect(mean - ci99![0]).toBeCloseTo((9.92484320091807 * 0.1) / Math.sqrt(3), 10)
  })

  it('has no interval for one subject, and refuses none', () => {
    expect(summarize([0.5])).toEqual({ mean: 0.5, sd: 0, ci95: null, ci99: null })
    expect(() => summarize([])).toThrowError(expect.objectContaining({ code: 'VALUE_INVALID' }))
  })
})

describe('oneSampleT', () => {
  it('has p = 1/2 on each side of the mean itself', () => {
    expect(oneSampleT([1, 2, 3], 2)).toEqual({ statistic: 0, p: 0.5 })
    expect(oneSampleT([1, 2, 3], 2, 'two-sided').p).toBe(1)
  })

  it('splits one: greater and less add up', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 20 }),
        (values) => {
          const greater = oneSampleT(values, 0.1).p
          const less = oneSampleT(values, 0.1, 'less').p
          const twoSided = oneSampleT(values, 0.1, 'two-sided').p
          if (Number.isNaN(greater)) return
          expect(greater + less).toBeCloseTo(1, 12)
          expect(twoSided).toBeCloseTo(2 * Math.min(greater, less), 12)
        },
      ),
    )
  })

  it('is certain of equal values and silent on too few', () => {
    expect(oneSampleT([2, 2, 2], 1)).toEqual({ statistic: Infinity, p: 0 })
    expect(oneSampleT([1, 1], 1).p).toBeNaN()
    expect(oneSampleT([1], 0).p).toBeNaN()
  })
})

describe('wilcoxonSignedRank', () => {
  it('counts signs exactly', () => {
    // All 5 above: 1 of 2^5 sign patterns reaches 15.
    expect(wilcoxonSignedRank([1, 2, 3, 4, 5], 0)).toEqual({ statistic: 15, p: 1 / 32 })
    // Rank 1 below: sums 14 and 15.
    expect(wilcoxonSignedRank([-1, 2, 3, 4, 5], 0)).toEqual({ statistic: 14, p: 2 / 32 })
    expect(wilcoxonSignedRank([-1, 2, 3, 4, 5], 0, 'two-sided').p).toBe(4 / 32)
    expect(wilcoxonSignedRank([-1, -2], 0, 'less').p).toBe(1 / 4)
  })

  it('shares ranks between equal distances and leaves out the centre', () => {
    // Two equal distances have rank 1.5 each: both above in 1 of 4 patterns, at least one in 3 of 4.
    expect(wilcoxonSignedRank([1, 1, 0], 0)).toEqual({ statistic: 3, p: 1 / 4 })
    expect(wilcoxonSignedRank([1, -1], 0)).toEqual({ statistic: 1.5, p: 3 / 4 })
    expect(wilcoxonSignedRank([2, 2], 2)).toEqual({ statistic: 0, p: 1 })
  })
})

describe('permutationP', () => {
  it('counts ties against the observed score and is never 0', () => {
    expect(permutationP(0.5, [0.4, 0.5, 0.6])).toBe(3 / 4)
    expect(permutationP(1, [0.4, 0.5, 0.6])).toBe(1 / 4)
    expect(permutationP(1, [])).toBe(1)
    expect(permutationP(0.3, [0.1 + 0.2, 0.3 - 1e-16])).toBe(1)
  })
})
