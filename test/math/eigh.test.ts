import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import type { Matrix64 } from '../../src/core/types.ts'
import { eigh } from '../../src/math/eigh.ts'
import { matrix, multiply } from '../../src/math/matrix.ts'
import { identity, largestDifference, randomMatrix, randomOfRank } from './_random.ts'

const gramOf = (a: Matrix64): Matrix64 => multiply(a, a, { transB: true })

function rebuild({ values, vectors }: ReturnType<typeof eigh>): Matrix64 {
  const scaled = matrix(vectors.nRows, vectors.nCols)
  for (let i = 0; i < scaled.data.length; i++)
    scaled.data[i] = vectors.data[i]! * values[Math.floor(i / vectors.nCols)]!
  return multiply(scaled, vectors, { transA: true })
}

describe('eigh', () => {
  it('solves a 2 x 2 problem', () => {
    const { values, vectors } = eigh(matrix(2, 2, Float64Array.of(2, 1, 1, 2)))
    expect(values[0]).toBeCloseTo(3, 14)
    expect(values[1]).toBeCloseTo(1, 14)
    expect(Math.abs(vectors.data[0]!)).toBeCloseTo(Math.SQRT1_2, 14)
    expect(vectors.data[2]! * vectors.data[3]!).toBeCloseTo(-0.5, 14)
  })

  it('knows the eigenvalues of the second-difference matrix', () => {
    const n = 50
    const a = matrix(n, n)
    for (let i = 0; i < n; i++) {
      a.data[i * n + i] = 2
      if (i > 0) a.data[i * n + i - 1] = a.data[(i - 1) * n + i] = -1
    }
    eigh(a).values.forEach((value, i) =>
      expect(value).toBeCloseTo(2 + 2 * Math.cos(((i + 1) * Math.PI) / (n + 1)), 12),
    )
  })

  it('gives orthonormal vectors that rebuild the matrix, of any size and rank', () => {
    const size = fc.integer({ min: 1, max: 40 })
    fc.assert(
      fc.property(size, size, fc.integer(), (n, rank, seed) => {
        const a = gramOf(randomOfRank(createRng(seed), n, rank, rank))
        const result = eigh(a)
        const largest = Math.max(1, result.values[0]!)
        expect(largestDifference(rebuild(result), a)).toBeLessThan(1e-13 * largest)
        expect(largestDifference(gramOf(result.vectors), identity(n))).toBeLessThan(1e-12)
        expect(Array.from(result.values)).toEqual(Array.from(result.values).sort((x, y) => y - x))
      }),
      { numRuns: 60 },
    )
  })

  it('finds a null space of hundreds of dimensions', () => {
    const [n, rank] = [360, 150]
    const basis = eigh(gramOf(randomMatrix(createRng(40), n, n))).vectors
    const some = matrix(rank, n, basis.data.slice(0, rank * n))
    const x = multiply(randomMatrix(createRng(41), 1000, rank), some)
    const { values, vectors } = eigh(multiply(x, x, { transA: true }))
    expect(values[rank - 1]!).toBeGreaterThan(0.1 * values[0]!)
    for (const value of values.subarray(rank))
      expect(Math.abs(value)).toBeLessThan(1e-13 * values[0]!)
    expect(largestDifference(gramOf(vectors), identity(n))).toBeLessThan(1e-12)
  })

  it('is not disturbed by a very large or very small unit', () => {
    const a = gramOf(randomMatrix(createRng(3), 12, 12))
    const { values } = eigh(a)
    for (const unit of [1e-250, 1e250]) {
      const scaled = eigh(
        matrix(
          12,
          12,
          a.data.map((value) => value * unit),
        ),
      )
      scaled.values.forEach((value, i) => expect(value / unit / values[i]!).toBeCloseTo(1, 9))
    }
  })

  it('handles zero, diagonal, empty and one-element matrices', () => {
    expect(Array.from(eigh(matrix(3, 3)).values)).toEqual([0, 0, 0])
    expect(largestDifference(gramOf(eigh(matrix(3, 3)).vectors), identity(3))).toBe(0)
    expect(Array.from(eigh(matrix(1, 1, Float64Array.of(-4))).values)).toEqual([-4])
    expect(eigh(matrix(0, 0)).values.length).toBe(0)
    expect(Array.from(eigh(identity(9)).values)).toEqual(new Array(9).fill(1))
  })

  it('leaves its argument alone, and refuses what has no eigenvectors', () => {
    const a = gramOf(randomMatrix(createRng(4), 6, 6))
    const before = a.data.slice()
    eigh(a)
    expect(a.data).toEqual(before)
    expect(() => eigh(matrix(2, 3))).toThrow(/2 x 3/)
    expect(() => eigh(matrix(1, 1, Float64Array.of(NaN)))).toThrow(/finite/)
  })
})
