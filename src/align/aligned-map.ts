/** A fitted map between voxel spaces: rows `[n x V]` -> rows `[n x Vc]`, as plain data that never holds a V x V matrix when a thinner form exists. */
import { LimbicError } from '../core/errors/index.ts'
import type { FloatArray, Matrix, Matrix64 } from '../core/types.ts'
import { gemm } from '../math/gemm/index.ts'
import { multiply } from '../math/matrix.ts'

/** `y = scale * (x - sourceMean) left right + targetMean`. */
export interface AlignedMap {
  /** V values. */
  readonly sourceMean: Float64Array
  /** `[V x r]`, or null when `right` is `[V x Vc]` itself. */
  readonly left: Matrix64 | null
  /** `[r x Vc]`, or `[V x Vc]`. */
  readonly right: Matrix64
  readonly scale: number
  /** Vc values. */
  readonly targetMean: Float64Array
  /** Dimensions that the two data sets have in common; what lies outside them is mapped to the mean. */
  readonly rank: number
}

/**
 * Maps rows of one subject into the target space.
 *
 * @param map - The fitted map.
 * @param rows - `[n x V]`, one volume per row.
 * @returns `[n x Vc]`, of the same element type as `rows`; worked out in float64.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the rows have another number of voxels than the map.
 * @remarks O(n r (V + Vc)) with factors, O(n V Vc) without.
 */
export function applyAlignedMap<A extends FloatArray>(map: AlignedMap, rows: Matrix<A>): Matrix<A> {
  const { sourceMean, left, right, scale, targetMean } = map
  const { data, nRows, nCols } = rows
  if (nCols !== sourceMean.length)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'volumes and the alignment that is to map them',
      expected: `${sourceMean.length} voxels`,
      found: `${nCols}`,
    })
  const centred = new Float64Array(nRows * nCols)
  for (let i = 0, at = 0; i < nRows; i++)
    for (let v = 0; v < nCols; v++, at++) centred[at] = data[at]! - sourceMean[v]!
  const inner = left === null ? centred : product(nRows, left, centred)
  const mapped = product(nRows, right, inner)
  // Written as the type of the rows came in, so that a float32 pipeline stays one.
  const result = (data instanceof Float32Array ? new Float32Array(mapped.length) : mapped) as A
  for (let i = 0, at = 0; i < nRows; i++)
    for (let j = 0; j < right.nCols; j++, at++) result[at] = scale * mapped[at]! + targetMean[j]!
  return { data: result, nRows, nCols: right.nCols }
}

/**
 * The same map in the form that costs least to apply to one volume: two thin factors, or their product where that is smaller.
 *
 * @param map - A fitted map.
 * @returns The map.
 * @throws Never.
 */
export function compactMap(map: AlignedMap): AlignedMap {
  const { left, right } = map
  if (left === null || left.nCols * (left.nRows + right.nCols) < left.nRows * right.nCols)
    return map
  return { ...map, left: null, right: multiply(left, right) }
}

function product(nRows: number, factor: Matrix64, rows: Float64Array): Float64Array {
  const result = new Float64Array(nRows * factor.nCols)
  gemm(nRows, factor.nCols, factor.nRows, rows, factor.data, result)
  return result
}
