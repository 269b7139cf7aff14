import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import { factorCholesky, solveCholesky } from '../../../src/train/linear/cholesky.ts'

describe('factorCholesky', () => {
  it('factors a matrix that can be checked by hand', () => {
    const a = Float64Array.of(4, 2, 2, 10)
    expect(factorCholesky(a, 2)).toBe(true)
    expect([a[0], a[2], a[3]]).toEqual([2, 1, 3])
  })

  it('refuses a matrix that is not positive definite', () => {
    expect(factorCholesky(Float64Array.of(1, 2, 2, 1), 2)).toBe(false)
    expect(factorCholesky(Float64Array.of(1, 1, 1, 1), 2)).toBe(false)
    expect(factorCholesky(Float64Array.of(NaN), 1)).toBe(false)
    expect(factorCholesky(Float64Array.of(Infinity), 1)).toBe(false)
    expect(factorCholesky(Float64Array.of(0), 1)).toBe(false)
  })

  it('has nothing to do for order 0', () => {
    expect(factorCholesky(new Float64Array(0), 0)).toBe(true)
  })
})

describe('solveCholesky', () => {
  it('solves systems of orders around the block size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 110 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer(),
        (n, nColumns, seed) => {
          const rng = createRng(seed)
          const a = randomDefinite(n, () => rng.normal())
          const b = Float64Array.from({ length: n * nColumns }, () => rng.normal())
          const factor = a.slice()
          expect(factorCholesky(factor, n)).toBe(true)
          const x = b.slice()
          solveCholesky(factor, n, x, nColumns)
          for (let i = 0; i < n; i++)
            for (let c = 0; c < nColumns; c++) {
              let sum = 0
              for (let k = 0; k < n; k++) sum += a[i * n + k]! * x[k * nColumns + c]!
              expect(Math.abs(sum - b[i * nColumns + c]!)).toBeLessThan(1e-9)
            }
        },
      ),
      { numRuns: 30 },
    )
  })
})

/** Diagonally dominant, hence definite. */
function randomDefinite(n: number, normal: () => number): Float64Array {
  const a = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) a[i * n + j] = a[j * n + i] = normal() / Math.sqrt(n)
    a[i * n + i] = 4 + Math.abs(normal())
  }
  return a
}
