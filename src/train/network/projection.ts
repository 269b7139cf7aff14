/** Samples `[nSamples x nFeatures]` -> principal components `[nSamples x nComponents]` of one common scale, row-major. */
import type { Matrix, Matrix64 } from '../../core/types.ts'
import { eigh } from '../../math/eigh.ts'
import {
  columnMeans,
  matrix,
  multiply,
  selectRows,
  subtractRow,
  sumOfSquares,
  transpose,
} from '../../math/matrix.ts'

/** A fixed linear map from features to network input: component = (x - mean) rotation / scale. */
export interface Projection {
  /** Length `nFeatures`. */
  readonly mean: Float64Array
  /** `[nFeatures x nComponents]`, orthonormal columns by falling variance. */
  readonly rotation: Float64Array
  readonly nComponents: number
  /** Root mean square of all components over the training samples. */
  readonly scale: number
}

/** Share of the largest variance below which a component is rounding noise. */
const negligibleVariance = 1e-10

/**
 * Finds the directions of largest variance and one scale for all of them.
 *
 * @param features - Training samples `[nSamples x nFeatures]`.
 * @param maxComponents - Components to keep; fewer when the samples have lower rank, one at least.
 * @returns The projection. Components keep their variances relative to each other (no whitening); the largest entry of every direction
 *   is positive.
 * @throws {LimbicError} `VALUE_INVALID` when the samples hold NaN or infinity.
 * @remarks O(nSamples nFeatures m + m^3) with m = min(nSamples, nFeatures), through the smaller of the two Gram matrices, float64.
 */
export function fitProjection(features: Matrix, maxComponents: number): Projection {
  const mean = columnMeans(features)
  const centred = subtractRow(features, mean)
  const rotation = orient(principalDirections(centred, maxComponents))
  const components = multiply(centred, rotation)
  const scale = Math.sqrt(sumOfSquares(components.data) / components.data.length)
  return {
    mean,
    rotation: rotation.data,
    nComponents: rotation.nCols,
    scale: scale > 0 ? scale : 1,
  }
}

/**
 * Maps samples to network input.
 *
 * @param projection - Mean, rotation and scale.
 * @param features - Samples `[nSamples x nFeatures]`.
 * @returns Components `[nSamples x nComponents]`.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the number of features is not the projection's.
 * @remarks O(nSamples nFeatures nComponents), float64 sums.
 */
export function applyProjection(projection: Projection, features: Matrix): Float32Array {
  const { mean, nComponents, scale } = projection
  const rotation = matrix(mean.length, nComponents, projection.rotation)
  const components = multiply(subtractRow(features, mean), rotation)
  return Float32Array.from(components.data, (value) => value / scale)
}

/** Directions of largest variance as columns `[nFeatures x nKept]`, from X'X or, where it is smaller, from XX'. */
function principalDirections(centred: Matrix64, maxComponents: number): Matrix64 {
  const isWide = centred.nRows < centred.nCols
  const gram = multiply(centred, centred, isWide ? { transB: true } : { transA: true })
  const { values, vectors } = eigh(gram)
  const isKept = (i: number): boolean => i === 0 || values[i]! > negligibleVariance * values[0]!
  const nKept = [...values.keys()].slice(0, maxComponents).filter(isKept).length
  const kept = selectRows(vectors, [...new Array<number>(nKept).keys()])
  if (!isWide) return transpose(kept)
  const directions = multiply(centred, kept, { transA: true, transB: true })
  const lengths = Array.from({ length: nKept }, (_, i) => Math.sqrt(Math.max(0, values[i]!)) || 1)
  for (let at = 0; at < directions.data.length; at++) directions.data[at]! /= lengths[at % nKept]!
  return directions
}

/** Eigenvectors have no sign of their own; a rule makes the same samples give the same input with any solver. */
function orient({ data, nRows, nCols }: Matrix64): Matrix64 {
  const oriented = data.slice()
  for (let j = 0; j < nCols; j++) {
    let largest = 0
    for (let i = 0; i < nRows; i++) {
      const value = data[i * nCols + j]!
      if (Math.abs(value) > Math.abs(largest)) largest = value
    }
    if (largest < 0) for (let i = 0; i < nRows; i++) oriented[i * nCols + j]! *= -1
  }
  return matrix(nRows, nCols, oriented)
}
