/** Dense matrices -> dense matrices: products, rows and column statistics, in float64. Row-major. */
import { LimbicError } from '../core/errors/index.ts'
import type { FloatArray, Matrix, Matrix64 } from '../core/types.ts'
import { gemm } from './gemm/index.ts'

/**
 * A matrix of given data or, without data, of zeros.
 *
 * @param nRows - Number of rows.
 * @param nCols - Number of columns.
 * @param data - `nRows * nCols` elements, row-major; used as it is, not copied.
 * @returns The matrix.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the data do not fill it.
 * @example
 * const size = matrix(2, 3).data.length // size = 6
 */
export function matrix(
  nRows: number,
  nCols: number,
  data: Float64Array = new Float64Array(nRows * nCols),
): Matrix64 {
  if (data.length !== nRows * nCols)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'a matrix and its data',
      expected: `${nRows} x ${nCols} = ${nRows * nCols} numbers`,
      found: `${data.length}`,
    })
  return { data, nRows, nCols }
}

/**
 * The same matrix in float64; a copy unless it is float64 already.
 *
 * @param source - Any matrix.
 * @returns `[nRows x nCols]`.
 * @throws Never.
 */
export function toFloat64(source: Matrix): Matrix64 {
  const { data, nRows, nCols } = source
  return { data: data instanceof Float64Array ? data : Float64Array.from(data), nRows, nCols }
}

/**
 * The product of two matrices, either of them transposed on the way.
 *
 * @param a - `[m x k]`, or `[k x m]` with `transA`.
 * @param b - `[k x n]`, or `[n x k]` with `transB`.
 * @param options - Which factors are stored transposed.
 * @returns `[m x n]`.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the inner sizes differ.
 * @example
 * const dot = multiply(matrix(1, 2, Float64Array.of(1, 2)), matrix(2, 1, Float64Array.of(3, 4))).data[0] // dot = 11
 */
export function multiply(
  a: Matrix64,
  b: Matrix64,
  options: { transA?: boolean; transB?: boolean } = {},
): Matrix64 {
  const { transA = false, transB = false } = options
  const [m, k] = transA ? [a.nCols, a.nRows] : [a.nRows, a.nCols]
  const [depth, n] = transB ? [b.nCols, b.nRows] : [b.nRows, b.nCols]
  if (k !== depth)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'two matrices to be multiplied',
      expected: `an inner size of ${k}`,
      found: `${depth}`,
    })
  const product = matrix(m, n)
  gemm(m, n, k, a.data, b.data, product.data, { transA, transB })
  return product
}

/**
 * The transposed matrix.
 *
 * @param source - `[m x n]`.
 * @returns `[n x m]`.
 * @throws Never.
 * @example
 * const first = Array.from(transpose(matrix(2, 2, Float64Array.of(1, 2, 3, 4))).data) // first = [1, 3, 2, 4]
 */
export function transpose({ data, nRows, nCols }: Matrix64): Matrix64 {
  const result = matrix(nCols, nRows)
  for (let i = 0; i < nRows; i++)
    for (let j = 0; j < nCols; j++) result.data[j * nRows + i] = data[i * nCols + j]!
  return result
}

/**
 * Some rows of a matrix.
 *
 * @param source - `[m x n]`.
 * @param rows - Row indices, in any order, repeats allowed.
 * @returns `[rows.length x n]`.
 * @throws {LimbicError} `VALUE_INVALID` when there is no such row.
 */
export function selectRows(source: Matrix64, rows: ArrayLike<number>): Matrix64 {
  const { data, nRows, nCols } = source
  const result = matrix(rows.length, nCols)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    if (!(row >= 0 && row < nRows))
      throw new LimbicError('VALUE_INVALID', {
        what: 'a row index',
        expected: `0..${nRows - 1}`,
        found: `${row}`,
      })
    result.data.set(data.subarray(row * nCols, (row + 1) * nCols), i * nCols)
  }
  return result
}

/**
 * Matrices side by side.
 *
 * @param parts - `[nRows x n_i]` each.
 * @param nRows - Their rows; needed as there may be no part.
 * @returns `[nRows x sum of n_i]`, in float64.
 * @throws {LimbicError} `SHAPE_MISMATCH` when a part has another number of rows.
 * @example
 * const wide = [...joinColumns([matrix(2, 1, Float64Array.of(1, 3)), matrix(2, 1, Float64Array.of(2, 4))], 2).data] // wide = [1, 2, 3, 4]
 */
export function joinColumns(parts: readonly Matrix[], nRows: number): Matrix64 {
  const wide = matrix(
    nRows,
    parts.reduce((sum, part) => sum + part.nCols, 0),
  )
  let first = 0
  for (const part of parts) {
    if (part.nRows !== nRows)
      throw new LimbicError('SHAPE_MISMATCH', {
        what: 'matrices laid side by side',
        expected: `${nRows} rows each`,
        found: `${part.nRows}`,
      })
    for (let i = 0; i < nRows; i++)
      wide.data.set(
        part.data.subarray(i * part.nCols, (i + 1) * part.nCols),
        i * wide.nCols + first,
      )
    first += part.nCols
  }
  return wide
}

/**
 * Mean of each column.
 *
 * @param source - `[m x n]`.
 * @returns n means, in float64.
 * @throws Never.
 */
export function columnMeans({ data, nRows, nCols }: Matrix): Float64Array {
  const means = new Float64Array(nCols)
  for (let i = 0, at = 0; i < nRows; i++)
    for (let j = 0; j < nCols; j++, at++) means[j]! += data[at]!
  for (let j = 0; j < nCols; j++) means[j]! /= nRows
  return means
}

/**
 * The matrix less a value per column.
 *
 * @param source - `[m x n]`.
 * @param means - n values, as a rule the column means.
 * @returns `[m x n]`, in float64.
 * @throws Never.
 */
export function subtractRow({ data, nRows, nCols }: Matrix, means: Float64Array): Matrix64 {
  const result = matrix(nRows, nCols)
  for (let i = 0, at = 0; i < nRows; i++)
    for (let j = 0; j < nCols; j++, at++) result.data[at] = data[at]! - means[j]!
  return result
}

/**
 * Sum of the squared elements.
 *
 * @param data - The elements.
 * @returns The squared Frobenius norm.
 * @throws Never.
 */
export function sumOfSquares(data: FloatArray): number {
  let sum = 0
  for (let i = 0; i < data.length; i++) sum += data[i]! * data[i]!
  return sum
}
