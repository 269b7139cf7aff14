/** A symmetric positive definite matrix `[n x n]` -> its Cholesky factor and the solutions of linear systems, row-major float64. */

/**
 * Factors A = L L' in place; only the lower triangle is read and written.
 *
 * @param a - Symmetric matrix `[n x n]`; the lower triangle becomes L.
 * @param n - Order.
 * @returns Whether A was positive definite to working precision; if not, `a` is left half-factored.
 * @throws Never.
 * @remarks n^3/3 multiply-adds, row by row so that every inner loop reads two contiguous rows.
 *   Golub and Van Loan (2013), Matrix Computations, section 4.2.
 */
export function factorCholesky(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    const rowI = i * n
    for (let j = 0; j <= i; j++) {
      const value = a[rowI + j]! - dotRows(a, rowI, j * n, j)
      if (j < i) {
        a[rowI + j] = value / a[j * n + j]!
      } else {
        // A pivot at rounding level of its own diagonal carries no information.
        if (!(value > 1e-15 * Math.abs(a[rowI + i]!))) return false
        a[rowI + i] = Math.sqrt(value)
      }
    }
  }
  return true
}

/**
 * Solves L L' X = B in place.
 *
 * @param factor - Lower factor from `factorCholesky`, `[n x n]`.
 * @param n - Order.
 * @param b - Right-hand sides `[n x nColumns]`; becomes X.
 * @param nColumns - Number of right-hand sides.
 * @returns Nothing.
 * @throws Never.
 * @remarks 2 n^2 nColumns multiply-adds.
 */
export function solveCholesky(
  factor: Float64Array,
  n: number,
  b: Float64Array,
  nColumns: number,
): void {
  const x = new Float64Array(n)
  for (let c = 0; c < nColumns; c++) {
    for (let i = 0; i < n; i++) {
      const row = i * n
      let sum = b[i * nColumns + c]!
      for (let k = 0; k < i; k++) sum -= factor[row + k]! * x[k]!
      x[i] = sum / factor[row + i]!
    }
    for (let i = n - 1; i >= 0; i--) {
      const row = i * n
      const value = x[i]! / factor[row + i]!
      x[i] = value
      b[i * nColumns + c] = value
      for (let k = 0; k < i; k++) x[k]! -= factor[row + k]! * value
    }
  }
}

/** Dot product of two row pieces; four sums, so that additions need not wait for each other. */
function dotRows(a: Float64Array, p: number, q: number, length: number): number {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let k = 0
  for (; k + 3 < length; k += 4) {
    s0 += a[p + k]! * a[q + k]!
    s1 += a[p + k + 1]! * a[q + k + 1]!
    s2 += a[p + k + 2]! * a[q + k + 2]!
    s3 += a[p + k + 3]! * a[q + k + 3]!
  }
  for (; k < length; k++) s0 += a[p + k]! * a[q + k]!
  return s0 + s1 + (s2 + s3)
}
