/** Samples `[nSamples x nFeatures]` -> principal components `[nSamples x nComponents]` of one common scale, row-major. */
import { eigh } from './_eigh.ts'
import type { Matrix, Matrix64 } from '../../core/types.ts'
import { gemm } from '../../math/gemm/index.ts'
import { featureMeans } from '../linear/training-set.ts'

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
 * @throws Never.
 * @remarks O(nSamples nFeatures m + m^3) with m = min(nSamples, nFeatures), through the smaller of the two Gram matrices, float64.
 */
export function fitProjection(features: Matrix, maxComponents: number): Projection {
  const mean = featureMeans(features)
  const centred = centre(features, mean)
  const { values, directions } = principalDirections(centred, maxComponents)
  const nComponents = values.length
  const rotation = orient(directions, features.nCols, nComponents)
  const sumOfSquares = values.reduce((sum, value) => sum + Math.max(0, value), 0)
  const scale = Math.sqrt(sumOfSquares / (features.nRows * nComponents))
  return { mean, rotation, nComponents, scale: scale > 0 ? scale : 1 }
}

/**
 * Maps samples to network input.
 *
 * @param projection - Mean, rotation and scale.
 * @param features - Samples `[nSamples x nFeatures]`.
 * @returns Components `[nSamples x nComponents]`.
 * @throws Never.
 * @remarks O(nSamples nFeatures nComponents), float64 sums.
 */
export function applyProjection(projection: Projection, features: Matrix): Float32Array {
  const { mean, rotation, nComponents, scale } = projection
  const { nRows, nCols } = features
  const components = new Float64Array(nRows * nComponents)
  gemm(nRows, nComponents, nCols, centre(features, mean).data, rotation, components)
  return Float32Array.from(components, (value) => value / scale)
}

function centre({ data, nRows, nCols }: Matrix, mean: Float64Array): Matrix64 {
  const centred = new Float64Array(nRows * nCols)
  for (let i = 0, at = 0; i < nRows; i++)
    for (let j = 0; j < nCols; j++, at++) centred[at] = data[at]! - mean[j]!
  return { data: centred, nRows, nCols }
}

/** Eigenvectors of X'X as columns `[nCols x nKept]`, from X'X or, where it is smaller, from XX'. */
function principalDirections(
  { data, nRows, nCols }: Matrix64,
  maxComponents: number,
): { readonly values: number[]; readonly directions: Float64Array } {
  const wide = nRows < nCols
  const m = Math.min(nRows, nCols)
  const gram = new Float64Array(m * m)
  gemm(m, m, wide ? nCols : nRows, data, data, gram, wide ? { transB: true } : { transA: true })
  const { values, vectors } = eigh(gram, m)
  const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]!)
  const floor = negligibleVariance * values[order[0]!]!
  const kept = order.slice(0, maxComponents).filter((i, rank) => rank === 0 || values[i]! > floor)
  const nKept = kept.length
  const columns = new Float64Array(m * nKept)
  for (let i = 0; i < m; i++)
    for (let j = 0; j < nKept; j++) columns[i * nKept + j] = vectors[i * m + kept[j]!]!
  const keptValues = kept.map((i) => values[i]!)
  if (!wide) return { values: keptValues, directions: columns }
  // v = X'u / singular value.
  const directions = new Float64Array(nCols * nKept)
  gemm(nCols, nKept, nRows, data, columns, directions, { transA: true })
  const lengths = keptValues.map((value) => Math.sqrt(Math.max(value, Number.MIN_VALUE)))
  for (let at = 0; at < directions.length; at++) directions[at]! /= lengths[at % nKept]!
  return { values: keptValues, directions }
}

/** Eigenvectors have no sign of their own; a rule makes the same samples give the same input with any solver. */
function orient(directions: Float64Array, nRows: number, nCols: number): Float64Array {
  const oriented = directions.slice()
  for (let j = 0; j < nCols; j++) {
    let largest = 0
    for (let i = 0; i < nRows; i++) {
      const value = directions[i * nCols + j]!
      if (Math.abs(value) > Math.abs(largest)) largest = value
    }
    if (largest < 0) for (let i = 0; i < nRows; i++) oriented[i * nCols + j]! *= -1
  }
  return oriented
}
