/** Calibration rows `[T x V]` of a new subject and the template rows they match `[T x Vc]` -> a regularised linear map between them. Row-major, in float64. */
import { LimbicError } from '../core/errors/index.ts'
import type { Matrix64 } from '../core/types.ts'
import { columnMeans, multiply, subtractRow, sumOfSquares, transpose } from '../math/matrix.ts'
import { svd } from '../math/svd.ts'
import { compactMap, type AlignedMap } from './aligned-map.ts'
import { columnDeviations } from './zscore-columns.ts'

/** Settings of a ridge map. */
export interface RidgeMapOptions {
  /** Penalty, in units of the mean squared length of a centred calibration row. */
  readonly lambda: number
  /** z-score the voxels of the calibration first. Default false. */
  readonly zscoreAll?: boolean
}

/**
 * The map W that makes (source - mean) W fit the target, with a penalty on the size of W: free to stretch and to mix, unlike a rotation.
 *
 * @param source - `[T x V]`, the calibration.
 * @param target - `[T x Vc]`, the template rows that belong to it.
 * @param options - The penalty.
 * @returns The map; its rank is that of the centred source, at most Vc.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the numbers of rows differ; `VALUE_INVALID` for NaN, infinity, or a penalty that is not above 0.
 * @remarks With A and C the centred source and target: W = A' (A A' + lambda tr(A A') / T I)^-1 C, by the singular vectors of A, so that no
 *   V x V matrix is formed when T < V: O(T V min(T, V)). Hoerl and Kennard (1970), Technometrics 12:55-67. What is mapped so shrinks towards
 *   the template's mean, the more the larger the penalty.
 */
export function fitRidgeMap(
  source: Matrix64,
  target: Matrix64,
  { lambda, zscoreAll = false }: RidgeMapOptions,
): AlignedMap {
  assertFittable(source, target, lambda)
  const sourceMean = columnMeans(source)
  const targetMean = columnMeans(target)
  const centred = subtractRow(source, sourceMean)
  const deviations = zscoreAll ? columnDeviations(source) : null
  if (deviations !== null) divideColumns(centred, deviations)
  const penalty = (lambda * sumOfSquares(centred.data)) / source.nRows
  const { left, right, values, rank } = svd(centred)
  const inner = multiply(left, subtractRow(target, targetMean))
  for (let i = 0; i < inner.data.length; i++) {
    const value = values[Math.floor(i / inner.nCols)]!
    inner.data[i]! *= value / (value * value + penalty)
  }
  if (deviations !== null) divideColumns(right, deviations)
  return compactMap({
    sourceMean,
    left: transpose(right),
    right: inner,
    scale: 1,
    targetMean,
    rank: Math.min(rank, target.nCols),
  })
}

function divideColumns({ data, nCols }: Matrix64, divisors: Float64Array): void {
  for (let i = 0; i < data.length; i++) data[i]! /= divisors[i % nCols]!
}

function assertFittable(source: Matrix64, target: Matrix64, lambda: number): void {
  if (source.nRows !== target.nRows)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'two data sets to be aligned row by row',
      expected: `${target.nRows} rows`,
      found: `${source.nRows}`,
    })
  if (lambda > 0 && lambda < Infinity) return
  throw new LimbicError('VALUE_INVALID', {
    what: 'the penalty of a ridge map (align.newSubject.lambda)',
    expected: 'a number above 0',
    found: `${lambda}`,
  })
}
