/** Columns of a matrix -> the same columns with mean 0 and standard deviation 1 (divided by n). Row-major. */
import type { Matrix, Matrix64 } from '../core/types.ts'
import { columnMeans, matrix } from '../math/matrix.ts'

/**
 * z-scores each column.
 *
 * @param source - `[T x V]`.
 * @returns `[T x V]`; a column that does not vary is only centred.
 * @throws Never.
 */
export function zscoreColumns(source: Matrix): Matrix64 {
  const { data, nRows, nCols } = source
  const means = columnMeans(source)
  const factors = deviationsFrom(source, means).map((deviation) => 1 / deviation)
  const result = matrix(nRows, nCols)
  for (let i = 0, at = 0; i < nRows; i++)
    for (let v = 0; v < nCols; v++, at++) result.data[at] = (data[at]! - means[v]!) * factors[v]!
  return result
}

/**
 * Standard deviation of each column, divided by n; 1 for a column that does not vary.
 *
 * @param source - `[T x V]`.
 * @returns V deviations.
 * @throws Never.
 */
export function columnDeviations(source: Matrix): Float64Array {
  return deviationsFrom(source, columnMeans(source))
}

function deviationsFrom({ data, nRows, nCols }: Matrix, means: Float64Array): Float64Array {
  const sums = new Float64Array(nCols)
  for (let i = 0, at = 0; i < nRows; i++) {
    for (let v = 0; v < nCols; v++, at++) {
      const distance = data[at]! - means[v]!
      sums[v] = sums[v]! + distance * distance
    }
  }
  return sums.map((sum, v) => {
    const deviation = Math.sqrt(sum / nRows)
    // What centring a constant leaves behind is rounding, not signal to be blown up to size 1.
    return deviation > 1e-13 * Math.abs(means[v]!) ? deviation : 1
  })
}
