/** Two matrices with matching rows -> the rotation (or reflection) that turns one into the other. Row-major `[T x V]`, in float64. */
import { LimbicError } from '../core/errors/index.ts'
import type { Matrix64 } from '../core/types.ts'
import { columnMeans, multiply, subtractRow, sumOfSquares } from '../math/matrix.ts'
import { polarFactor } from '../math/polar.ts'
import { compactMap, type AlignedMap } from './aligned-map.ts'
import { fitRotation, fitScale, prepareSource, type PreparedSource } from './rotation.ts'

/** The orthogonal Procrustes solution for two matrices as they are. */
export interface Procrustes {
  /** `[V x Vc]`: orthogonal where the data determine it, zero on the rest. */
  readonly rotation: Matrix64
  /** Singular values of source' target, descending. */
  readonly singularValues: Float64Array
  readonly rank: number
  /** Factor that makes the rotated source fit best: sum of singular values / |source|^2. */
  readonly scale: number
}

/**
 * The orthogonal matrix R that minimises |source R - target|, without centring or scaling; reflections are allowed.
 *
 * @param source - `[T x V]`.
 * @param target - `[T x Vc]`; with Vc different from V the narrower one counts as padded with zero columns.
 * @returns R, the singular values and the best scale. Directions that source and target do not share are mapped to zero instead of
 *   arbitrarily, so R is orthogonal only when `rank` is V.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the numbers of rows differ; `VALUE_INVALID` for NaN or infinity.
 * @remarks O(V Vc (T + min(V, Vc))) time, O(V Vc) memory. Schoenemann (1966), Psychometrika 31:1-10; where R is unique it equals
 *   scipy.linalg.orthogonal_procrustes. Use `fitProcrustes` when T < V.
 */
export function orthogonalProcrustes(source: Matrix64, target: Matrix64): Procrustes {
  assertSameRows(source, target)
  const { factor, values, rank } = polarFactor(multiply(source, target, { transA: true }))
  const size = sumOfSquares(source.data)
  const sum = values.reduce((total, value) => total + value, 0)
  return { rotation: factor, singularValues: values, rank, scale: size === 0 ? 0 : sum / size }
}

/** A rotation, scale and shift between two data sets. */
export interface FittedProcrustes {
  readonly map: AlignedMap
  /** The scale that fits best, whether the map applies it or not. */
  readonly fittedScale: number
  /** Share of the target's variance that the best fit leaves, 0..1. */
  readonly disparity: number
}

/**
 * Rotation, scale and shift of one data set onto another: both are centred, the rotation found, and the target's mean added again.
 *
 * @param source - `[T x V]`.
 * @param target - `[T x Vc]`.
 * @param options - `scaling: false` keeps the size of the source.
 * @returns The map, its best scale and the disparity.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the numbers of rows differ; `VALUE_INVALID` for NaN or infinity.
 * @remarks Equals PyMVPA's ProcrusteanMapper. Never forms a V x V matrix when T <= V: O(T V Vc) time at most.
 */
export function fitProcrustes(
  source: Matrix64,
  target: Matrix64,
  options: { scaling?: boolean } = {},
): FittedProcrustes {
  const { scaling = true } = options
  return fitPrepared(prepareSource(source), target, scaling)
}

/**
 * `fitProcrustes` for a source that is aligned to several targets.
 *
 * @param source - The prepared source, T rows.
 * @param target - `[T x Vc]`.
 * @param scaling - Whether the map may change the size of the source.
 * @returns The map, its best scale and the disparity.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the numbers of rows differ; `VALUE_INVALID` for NaN or infinity.
 * @remarks O(T V Vc) at most.
 */
export function fitPrepared(
  source: PreparedSource,
  target: Matrix64,
  scaling: boolean,
): FittedProcrustes {
  assertSameRows(source.core, target)
  const targetMean = columnMeans(target)
  const centred = subtractRow(target, targetMean)
  const { right, rank, sum } = fitRotation(source, centred)
  const { mean: sourceMean, spread: left, squaredNorm } = source
  const fittedScale = fitScale(source, sum)
  const scale = scaling ? fittedScale : 1
  const sizes = squaredNorm * sumOfSquares(centred.data)
  return {
    map: compactMap({ sourceMean, left, right, scale, targetMean, rank }),
    fittedScale,
    disparity: sizes === 0 ? 1 : Math.max(0, 1 - sum ** 2 / sizes),
  }
}

function assertSameRows(source: Matrix64, target: Matrix64): void {
  if (source.nRows === target.nRows) return
  throw new LimbicError('SHAPE_MISMATCH', {
    what: 'two data sets to be aligned row by row',
    expected: `${target.nRows} rows`,
    found: `${source.nRows}`,
  })
}
