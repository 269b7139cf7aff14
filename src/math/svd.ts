/** A float64 matrix -> its singular values and vectors, without the null space. Row-major; singular vectors are rows. */
import type { Matrix64 } from '../core/types.ts'
import { eigh } from './eigh.ts'
import { multiply, selectRows, transpose } from './matrix.ts'

/** `matrix = left' diag(values[0..rank-1]) right`. */
export interface Svd {
  /** All min(m, n) singular values, descending; those from `rank` on are rounding noise. */
  readonly values: Float64Array
  readonly rank: number
  /** `[rank x m]`: row i is the left singular vector of `values[i]`. */
  readonly left: Matrix64
  /** `[rank x n]`: row i is the right singular vector of `values[i]`. */
  readonly right: Matrix64
}

/** Cosine between two rows below which they count as orthogonal. */
const orthogonal = 1e-11

/**
 * Thin singular value decomposition with the null space dropped.
 *
 * @param source - `[m x n]`; not modified.
 * @returns Singular values, numerical rank (values above max(m, n) * epsilon * largest) and the vectors that belong to it.
 * @throws {LimbicError} `VALUE_INVALID` when the matrix holds NaN or infinity.
 * @remarks O(min(m, n)^2 max(m, n)). Eigenvectors of the smaller Gram matrix give nearly orthogonal rows; one-sided Jacobi rotations of the
 *   few pairs that are not orthogonal restore the accuracy that squaring costs. Drmac and Veselic (2008), SIAM J. Matrix Anal. 29:1322-1342.
 * @example
 * const largest = svd({ data: Float64Array.of(3, 0, 0, -7), nRows: 2, nCols: 2 }).values[0] // largest = 7
 */
export function svd(source: Matrix64): Svd {
  if (source.nRows > source.nCols) {
    const { left, right, values, rank } = svd(transpose(source))
    return { values, rank, left: right, right: left }
  }
  const { vectors } = eigh(multiply(source, source, { transB: true }))
  const rows = multiply(vectors, source)
  const floor = source.nCols * Number.EPSILON
  orthogonalise(rows, vectors, floor)
  const norms = Array.from({ length: rows.nRows }, (_, i) => Math.sqrt(dotRows(rows, i, i)))
  const order = norms.map((_, i) => i).sort((i, j) => norms[j]! - norms[i]!)
  const values = Float64Array.from(order, (i) => norms[i]!)
  const rank = values.filter((value) => value > floor * values[0]!).length
  const kept = order.slice(0, rank)
  const right = selectRows(rows, kept)
  for (let i = 0; i < right.data.length; i++) right.data[i]! /= values[Math.floor(i / right.nCols)]!
  return { values, rank, left: selectRows(vectors, kept), right }
}

/** Rotates pairs of rows until all are orthogonal, and the rows of `companion` with them. Rows smaller than `floor` of the largest are noise. */
function orthogonalise(rows: Matrix64, companion: Matrix64, floor: number): void {
  const n = rows.nRows
  for (let sweep = 0; sweep < 30; sweep++) {
    const gram = multiply(rows, rows, { transB: true }).data
    let largest = 0
    for (let i = 0; i < n; i++) largest = Math.max(largest, gram[i * n + i]!)
    const noise = floor * floor * largest
    let nRotations = 0
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const [a, b] = [gram[i * n + i]!, gram[j * n + j]!]
        if (a <= noise || b <= noise) continue
        if (Math.abs(gram[i * n + j]!) <= orthogonal * Math.sqrt(a * b)) continue
        rotatePair(rows, companion, i, j)
        nRotations++
      }
    }
    if (nRotations === 0) return
  }
}

function rotatePair(rows: Matrix64, companion: Matrix64, i: number, j: number): void {
  const overlap = dotRows(rows, i, j)
  if (overlap === 0) return
  const ratio = (dotRows(rows, j, j) - dotRows(rows, i, i)) / (2 * overlap)
  const tangent = (ratio >= 0 ? 1 : -1) / (Math.abs(ratio) + Math.hypot(1, ratio))
  const cosine = 1 / Math.hypot(1, tangent)
  for (const { data, nCols } of [rows, companion]) {
    for (let k = 0, p = i * nCols, q = j * nCols; k < nCols; k++, p++, q++) {
      const x = data[p]!
      const y = data[q]!
      data[p] = cosine * (x - tangent * y)
      data[q] = cosine * (y + tangent * x)
    }
  }
}

function dotRows({ data, nCols }: Matrix64, i: number, j: number): number {
  let sum = 0
  for (let k = 0, p = i * nCols, q = j * nCols; k < nCols; k++) sum += data[p + k]! * data[q + k]!
  return sum
}
