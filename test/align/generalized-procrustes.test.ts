import { describe, expect, it } from 'vitest'
import { generalizedProcrustes } from '../../src/align/generalized-procrustes.ts'
import { createRng } from '../../src/core/rng.ts'
import { matrix, multiply, sumOfSquares } from '../../src/math/matrix.ts'
import { largestDifference, randomMatrix, randomOrthogonal } from '../math/_random.ts'
import { simulateSubjects } from './_subjects.ts'

describe('generalizedProcrustes', () => {
  it('makes turned, scaled and shifted copies one shape of size 1', () => {
    const rng = createRng(1)
    const original = randomMatrix(rng, 12, 4)
    const turned = multiply(original, randomOrthogonal(rng, 4))
    const copy = matrix(
      12,
      4,
      turned.data.map((value) => 9 * value + 2),
    )
    const { aligned, common, disparities } = generalizedProcrustes([original, copy])
    expect(largestDifference(aligned[0]!, aligned[1]!)).toBeLessThan(1e-12)
    expect(largestDifference(aligned[0]!, common)).toBeLessThan(1e-12)
    expect(sumOfSquares(common.data)).toBeCloseTo(1, 12)
    expect(Math.max(...disparities)).toBeLessThan(1e-12)
  })

  it('does not notice the size of a subject', () => {
    const subjects = simulateSubjects(createRng(2), [5, 8, 6])
    const larger = subjects.map(({ data, nRows, nCols }, s) =>
      matrix(nRows, nCols, s === 1 ? data.map((value) => 50 * value) : data),
    )
    const [a, b] = [generalizedProcrustes(subjects), generalizedProcrustes(larger)]
    expect(a.common.nCols).toBe(8)
    expect(largestDifference(a.aligned[1]!, b.aligned[1]!)).toBeLessThan(1e-10)
  })

  it('survives a subject without variance, and refuses none at all', () => {
    const subjects = simulateSubjects(createRng(3), [5, 5])
    const { aligned, disparities } = generalizedProcrustes([...subjects, matrix(40, 5)])
    expect(aligned.every(({ data }) => data.every(Number.isFinite))).toBe(true)
    expect(disparities[2]).toBe(1)
    expect(() => generalizedProcrustes([])).toThrow(/at least 1/)
  })
})
