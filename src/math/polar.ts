/** A float64 matrix -> the nearest matrix with orthonormal rows or columns. Row-major. */
import type { Matrix64 } from '../core/types.ts'
import { multiply } from './matrix.ts'
import { svd } from './svd.ts'

/** The orthogonal part of a polar decomposition. */
export interface Polar {
  /** `[m x n]`: U V' of the singular vectors that belong to the rank; zero on the null space. */
  readonly factor: Matrix64
  /** All min(m, n) singular values, descending. */
  readonly values: Float64Array
  readonly rank: number
}

/**
 * Orthogonal polar factor with the null space dropped.
 *
 * @param source - `[m x n]`; not modified.
 * @returns The factor, which maps the null space to zero instead of to arbitrary directions, and the singular values.
 * @throws {LimbicError} `VALUE_INVALID` when the matrix holds NaN or infinity.
 * @remarks O(min(m, n)^2 max(m, n)). With full rank it is the orthogonal matrix nearest to `source`; Higham (1986), SIAM J. Sci. Stat.
 *   Comput. 7:1160-1174.
 * @example
 * const sign = polarFactor({ data: Float64Array.of(-5), nRows: 1, nCols: 1 }).factor.data[0] // sign = -1
 */
export function polarFactor(source: Matrix64): Polar {
  const { left, right, values, rank } = svd(source)
  return { factor: multiply(left, right, { transA: true }), values, rank }
}
