import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import type { Matrix64 } from '../../src/core/types.ts'
import { matrix, multiply } from '../../src/math/matrix.ts'
import { svd, type Svd } from '../../src/math/svd.ts'
import { identity, largestDifference, randomOfRank, randomOrthogonal } from './_random.ts'

function scaleRows(rows: Matrix64, factors: ArrayLike<number>): Matrix64 {
  const data = rows.data.map((value, i) => value * factors[Math.floor(i / rows.nCols)]!)
  return matrix(rows.nRows, rows.nCols, data)
}

function rebuild({ left, right, values }: Svd): Matrix64 {
  return multiply(left, scaleRows(right, values), { transA: true })
}

describe('svd', () => {
  it('finds the singular values of a small matrix', () => {
    // A'A = [[25, 20], [20, 25]]: eigenvalues 45 and 5.
    const { values, rank } = svd(matrix(2, 2, Float64Array.of(3, 0, 4, 5)))
    expect(rank).toBe(2)
    expect(values[0]).toBeCloseTo(Math.sqrt(45), 13)
    expect(values[1]).toBeCloseTo(Math.sqrt(5), 13)
  })

  it('rebuilds matrices of any shape and rank out of orthonormal vectors', () => {
    const size = fc.integer({ min: 1, max: 25 })
    fc.assert(
      fc.property(size, size, size, fc.integer(), (m, n, r, seed) => {
        const a = randomOfRank(createRng(seed), m, n, r)
        const result = svd(a)
        expect(result.values.length).toBe(Math.min(m, n))
        expect(result.rank).toBeLessThanOrEqual(Math.min(m, n, r))
        expect(largestDifference(rebuild(result), a)).toBeLessThan(1e-12 * result.values[0]!)
        for (const rows of [result.left, result.right]) {
          const gram = multiply(rows, rows, { transB: true })
          expect(largestDifference(gram, identity(result.rank))).toBeLessThan(1e-9)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('keeps the accuracy of small singular values', () => {
    const rng = createRng(9)
    const wanted = Float64Array.from({ length: 12 }, (_, i) => 10 ** -i)
    const a = multiply(randomOrthogonal(rng, 12), scaleRows(randomOrthogonal(rng, 12), wanted))
    const { values, rank } = svd(a)
    expect(rank).toBe(12)
    // The construction itself rounds at 1e-16 of the largest value.
    values.forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(3e-15))
  })

  it('finds no rank in zeros and one in equal rows', () => {
    expect(svd(matrix(4, 3)).rank).toBe(0)
    expect(svd(matrix(4, 3)).right.nRows).toBe(0)
    const equal = svd(matrix(3, 2, Float64Array.of(1, 2, 1, 2, 1, 2)))
    expect(equal.rank).toBe(1)
    expect(equal.values[0]).toBeCloseTo(Math.sqrt(15), 13)
  })
})
