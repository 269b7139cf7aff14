import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import type { Matrix64 } from '../../src/core/types.ts'
import { orthonormalBasis, solveLeastSquares } from '../../src/math/least-squares.ts'

function randomMatrix(seed: number, nRows: number, nCols: number): Matrix64 {
  const rng = createRng(seed)
  return { data: Float64Array.from({ length: nRows * nCols }, () => rng.normal()), nRows, nCols }
}

/** a' b */
function cross(a: Matrix64, b: Matrix64): number[][] {
  return Array.from({ length: a.nCols }, (_, i) =>
    Array.from({ length: b.nCols }, (_, j) => {
      let sum = 0
      for (let t = 0; t < a.nRows; t++) sum += a.data[t * a.nCols + i]! * b.data[t * b.nCols + j]!
      return sum
    }),
  )
}

describe('orthonormalBasis', () => {
  it('scales a single column to length 1', () => {
    const { q, r, kept } = orthonormalBasis({ data: Float64Array.of(3, 4), nRows: 2, nCols: 1 })
    expect([...q.data]).toEqual([0.6, 0.8])
    expect([...r.data]).toEqual([5])
    expect(kept).toEqual([0])
  })

  it('is orthonormal and rebuilds the design, whatever the design', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 5, max: 20 }), (seed, nRows) => {
        const design = randomMatrix(seed, nRows, 4)
        const { q, r } = orthonormalBasis(design)
        cross(q, q).forEach((row, i) =>
          row.forEach((value, j) => expect(value).toBeCloseTo(i === j ? 1 : 0, 13)),
        )
        for (let t = 0; t < nRows; t++)
          for (let j = 0; j < 4; j++) {
            let sum = 0
            for (let k = 0; k < 4; k++) sum += q.data[t * 4 + k]! * r.data[k * 4 + j]!
            expect(sum).toBeCloseTo(design.data[t * 4 + j]!, 12)
          }
      }),
      { numRuns: 30 },
    )
  })

  it('stays orthogonal for nearly parallel columns', () => {
    const nRows = 30
    const rng = createRng(3)
    const base = Float64Array.from({ length: nRows }, () => rng.normal())
    const data = Float64Array.from(
      { length: nRows * 3 },
      (_, i) => base[Math.floor(i / 3)]! + (i % 3) * 1e-7 * rng.normal(),
    )
    const { q } = orthonormalBasis({ data, nRows, nCols: 3 })
    expect(q.nCols).toBe(3)
    expect(Math.abs(cross(q, q)[0]![2]!)).toBeLessThan(1e-14)
  })

  it('leaves out columns of zeros and columns that earlier ones span', () => {
    const data = Float64Array.of(1, 0, 2, 0, 1, 0, 2, 1, 1, 0, 2, 5)
    expect(orthonormalBasis({ data, nRows: 3, nCols: 4 }).kept).toEqual([0, 3])
    expect(orthonormalBasis({ data: new Float64Array(6), nRows: 3, nCols: 2 }).q.nCols).toBe(0)
  })

  it('refuses values that are not finite', () => {
    expect(() => orthonormalBasis({ data: Float64Array.of(1, NaN), nRows: 2, nCols: 1 })).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    )
  })
})

describe('solveLeastSquares', () => {
  it('fits the line through 0, 1 and 2 hand-computed points', () => {
    const design = { data: Float64Array.of(1, 0, 1, 1, 1, 2), nRows: 3, nCols: 2 }
    const targets = { data: Float64Array.of(1, 2, 6), nRows: 3, nCols: 1 }
    const { coefficients, residuals, rank } = solveLeastSquares(design, targets)
    expect(rank).toBe(2)
    ;[0.5, 2.5].forEach((c, i) => expect(coefficients.data[i]).toBeCloseTo(c, 14))
    ;[0.5, -1, 0.5].forEach((e, i) => expect(residuals.data[i]).toBeCloseTo(e, 14))
  })

  it('leaves residuals orthogonal to the design and finds exact coefficients again', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const design = randomMatrix(seed, 15, 3)
        const noisy = solveLeastSquares(design, randomMatrix(seed + 1, 15, 2))
        cross(design, noisy.residuals)
          .flat()
          .forEach((value) => expect(value).toBeCloseTo(0, 12))
        const exact = Float64Array.from(
          { length: 15 },
          (_, t) => 2 * design.data[t * 3]! - design.data[t * 3 + 2]!,
        )
        const { coefficients } = solveLeastSquares(design, { data: exact, nRows: 15, nCols: 1 })
        ;[2, 0, -1].forEach((c, i) => expect(coefficients.data[i]).toBeCloseTo(c, 10))
      }),
      { numRuns: 30 },
    )
  })

  it('gives a repeated column the coefficient 0 and still the best fit', () => {
    const design = { data: Float64Array.of(1, 1, 2, 2, 3, 3), nRows: 3, nCols: 2 }
    const targets = { data: Float64Array.of(2, 4, 6), nRows: 3, nCols: 1 }
    const { coefficients, residuals, rank } = solveLeastSquares(design, targets)
    expect(rank).toBe(1)
    expect(coefficients.data[0]).toBeCloseTo(2, 14)
    expect(coefficients.data[1]).toBe(0)
    residuals.data.forEach((value) => expect(value).toBeCloseTo(0, 13))
  })

  it('refuses targets of another length', () => {
    expect(() => solveLeastSquares(randomMatrix(1, 4, 2), randomMatrix(2, 5, 1))).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
  })
})
