/** A symmetric positive definite matrix `[n x n]` -> its Cholesky factor and the solutions of linear systems, row-major float64. */
import { gemm } from '../../math/gemm/index.ts'

/** Columns that are factored together: large enough for fast products, small enough that what is left to plain loops is little. */
const blockSize = 48

/**
 * Factors A = L L' in place; only the lower triangle is read and written.
 *
 * @param a - Symmetric matrix `[n x n]`; the lower triangle becomes L.
 * @param n - Order.
 * @returns Whether A was positive definite to working precision; if not, `a` is left half-factored.
 * @throws Never.
 * @remarks n^3/3 multiply-adds, left-looking by blocks of columns, so that nearly all of them are matrix products.
 *   Golub and Van Loan (2013), Matrix Computations, section 4.2.
 */
export function factorCholesky(a: Float64Array, n: number): boolean {
  for (let start = 0; start < n; start += blockSize) {
    const end = Math.min(start + blockSize, n)
    const diagonal = Float64Array.from({ length: end - start }, (_, i) => a[(start + i) * (n + 1)]!)
    subtractFactored(a, n, start, end)
    if (!factorBlock(a, n, start, end, diagonal)) return false
    for (let i = end; i < n; i++) solveRow(a, i * n, n, start, end)
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
 * @remarks n^2 nColumns multiply-adds.
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
      const value = b[i * nColumns + c]! - dot(factor, i * n, x, 0, i)
      x[i] = value / factor[i * n + i]!
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

/** Takes from columns start..end what the columns before them explain: A[start.., start..end] -= L[start.., ..start] L[start..end, ..start]'. */
function subtractFactored(a: Float64Array, n: number, start: number, end: number): void {
  if (start === 0) return
  const nRows = n - start
  const width = end - start
  const done = new Float64Array(nRows * start)
  for (let i = 0; i < nRows; i++)
    done.set(a.subarray((start + i) * n, (start + i) * n + start), i * start)
  const product = new Float64Array(nRows * width)
  gemm(nRows, width, start, done, done.subarray(0, width * start), product, { transB: true })
  for (let i = 0; i < nRows; i++)
    for (let j = 0; j < width; j++) a[(start + i) * n + start + j]! -= product[i * width + j]!
}

/** Factors the block on the diagonal. `diagonal`: its entries before anything was subtracted. */
function factorBlock(
  a: Float64Array,
  n: number,
  start: number,
  end: number,
  diagonal: Float64Array,
): boolean {
  for (let i = start; i < end; i++) {
    solveRow(a, i * n, n, start, i)
    const pivot = a[i * n + i]! - dot(a, i * n + start, a, i * n + start, i - start)
    // A pivot at rounding level of its own diagonal carries no information; neither does one that is no number.
    if (!(pivot > 1e-15 * Math.abs(diagonal[i - start]!)) || pivot === Infinity) return false
    a[i * n + i] = Math.sqrt(pivot)
  }
  return true
}

/** Forward substitution of one row's columns start..end against the block's own rows. */
function solveRow(a: Float64Array, row: number, n: number, start: number, end: number): void {
  for (let j = start; j < end; j++) {
    const value = a[row + j]! - dot(a, row + start, a, j * n + start, j - start)
    a[row + j] = value / a[j * n + j]!
  }
}

/** Dot product of two pieces; four sums, so that additions need not wait for each other. */
function dot(a: Float64Array, p: number, b: Float64Array, q: number, length: number): number {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let k = 0
  for (; k + 3 < length; k += 4) {
    s0 += a[p + k]! * b[q + k]!
    s1 += a[p + k + 1]! * b[q + k + 1]!
    s2 += a[p + k + 2]! * b[q + k + 2]!
    s3 += a[p + k + 3]! * b[q + k + 3]!
  }
  for (; k < length; k++) s0 += a[p + k]! * b[q + k]!
  return s0 + s1 + (s2 + s3)
}
