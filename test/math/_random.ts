/** Random matrices for property tests. */
import type { Rng } from '../../src/core/rng.ts'
import type { Matrix64 } from '../../src/core/types.ts'
import { matrix, multiply } from '../../src/math/matrix.ts'
import { polarFactor } from '../../src/math/polar.ts'

export function randomMatrix(rng: Rng, nRows: number, nCols: number): Matrix64 {
  return matrix(
    nRows,
    nCols,
    Float64Array.from({ length: nRows * nCols }, () => rng.normal()),
  )
}

export function randomOfRank(rng: Rng, nRows: number, nCols: number, rank: number): Matrix64 {
  return multiply(randomMatrix(rng, nRows, rank), randomMatrix(rng, rank, nCols))
}

export function randomOrthogonal(rng: Rng, n: number): Matrix64 {
  return polarFactor(randomMatrix(rng, n, n)).factor
}

export function identity(n: number): Matrix64 {
  const result = matrix(n, n)
  for (let i = 0; i < n; i++) result.data[i * n + i] = 1
  return result
}

export function largestDifference(a: Matrix64, b: Matrix64): number {
  if (a.nRows !== b.nRows || a.nCols !== b.nCols) return Infinity
  let largest = 0
  for (let i = 0; i < a.data.length; i++) {
    const difference = Math.abs(a.data[i]! - b.data[i]!)
    largest = Number.isNaN(difference) ? Infinity : Math.max(largest, difference)
  }
  return largest
}
