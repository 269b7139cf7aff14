/** True noise parameters -> the covariance of one volume's responding voxels, factored, and solutions with it. Matrices are row-major. */
import type { Matrix64 } from '../core/types.ts'
import { voxelPosition, type Brain } from './brain.ts'
import type { SimulateOptions } from './options.ts'
import { axisCorrelation, createSmoother } from './smoothing.ts'

/**
 * Covariance of the noise in the responding voxels of one volume (white, smooth, and latent noise seen through the topography),
 * as a Cholesky factor.
 *
 * @param brain - The brain, for the positions of the responding voxels.
 * @param topography - `[nRegionVoxels x nDims]`.
 * @param options - SDs and smoothness of the noise.
 * @returns Lower factor `[nRegionVoxels x nRegionVoxels]`; the upper half is 0.
 * @throws Never.
 * @remarks AR(1) noise is made with unit variance, so its stationary covariance is that of its innovations. O(nRegionVoxels^3).
 */
export function factorCovariance(
  brain: Brain,
  topography: Matrix64,
  options: SimulateOptions,
): Float64Array {
  return cholesky(noiseCovariance(brain, topography, options), topography.nRows)
}

/**
 * Solves `L L' x = b`.
 *
 * @param factor - Lower factor, `[n x n]`.
 * @param b - Right-hand side, `[n]`.
 * @returns The solution, `[n]`.
 * @throws Never.
 */
export function solveFactored(factor: Float64Array, b: Float64Array): Float64Array {
  const n = b.length
  const x = solveLower(factor, b)
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= factor[k * n + i]! * x[k]!
    x[i]! /= factor[i * n + i]!
  }
  return x
}

/**
 * Solves `L x = b`.
 *
 * @param factor - Lower factor, `[n x n]`.
 * @param b - Right-hand side, `[n]`.
 * @returns The solution, `[n]`.
 * @throws Never.
 */
export function solveLower(factor: Float64Array, b: Float64Array): Float64Array {
  const n = b.length
  const x = b.slice()
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i * n + k]! * x[k]!
    x[i]! /= factor[i * n + i]!
  }
  return x
}

/**
 * Covariance, in the responding voxels, of white noise of unit variance that was smoothed to unit variance.
 *
 * @param brain - The brain, for the positions of the responding voxels.
 * @param sigmaVoxels - SD of the Gaussian in voxels.
 * @returns `[nRegionVoxels x nRegionVoxels]`, symmetric.
 * @throws Never.
 */
export function fieldCovariance(brain: Brain, sigmaVoxels: number): Float64Array {
  const { shape } = brain.grid
  const axes = createSmoother(shape, sigmaVoxels)
  const correlations = axes.map(axisCorrelation)
  const positions = Array.from(brain.region, (voxel) => voxelPosition(shape, voxel))
  const n = positions.length
  const covariance = new Float64Array(n * n).fill(1)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      axes.forEach((axis, a) => {
        covariance[i * n + j]! *= correlations[a]![positions[i]![a]! * axis.n + positions[j]![a]!]!
      })
  return covariance
}

/** The lower half of the covariance. */
function noiseCovariance(
  brain: Brain,
  topography: Matrix64,
  options: SimulateOptions,
): Float64Array {
  const field = fieldCovariance(brain, options.smoothNoiseSigmaVoxels)
  const [n, nDims] = [topography.nRows, topography.nCols]
  const covariance = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const smooth = options.smoothNoiseSd ** 2 * field[i * n + j]!
      let latent = 0
      for (let dim = 0; dim < nDims; dim++)
        latent += topography.data[i * nDims + dim]! * topography.data[j * nDims + dim]!
      const white = i === j ? options.whiteNoiseSd ** 2 : 0
      covariance[i * n + j] = white + smooth + options.latentNoiseSd ** 2 * latent
    }
  return covariance
}

/** In place; the white noise keeps every pivot positive. */
function cholesky(matrix: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!
      matrix[i * n + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * n + j]!
    }
  return matrix
}
