/** Voxel values `[nSamples x nVoxels]` <-> the volumes `[nx x ny x nz]` that a volume network takes, x slowest. */
import type { Matrix, Matrix64 } from '../../core/types.ts'
import { createPlacement, placeVolume, standardizeVolume } from '../../train/volumes/placement.ts'
import type { Resnet3dState } from '../../train/volumes/resnet3d-state.ts'

type VolumeInput = Pick<Resnet3dState, 'grid' | 'volumeZ'>

/**
 * The inputs of a volume network.
 *
 * @param input - Where voxels lie, and whether volumes are normalised.
 * @param features - `[nSamples x nVoxels]`.
 * @returns `[nSamples x nx * ny * nz]`.
 * @throws Never.
 */
export function placeVolumes({ grid, volumeZ }: VolumeInput, features: Matrix): Float32Array {
  const size = grid.shape[0] * grid.shape[1] * grid.shape[2]
  const placement = createPlacement(grid)
  const inputs = new Float32Array(features.nRows * size)
  for (let i = 0; i < features.nRows; i++) {
    const values = Float32Array.from(
      features.data.subarray(i * features.nCols, (i + 1) * features.nCols),
    )
    if (volumeZ) standardizeVolume(values)
    placeVolume(placement, values, inputs.subarray(i * size, (i + 1) * size))
  }
  return inputs
}

/**
 * Takes voxel values out of volumes again.
 *
 * @param input - Where voxels lie.
 * @param volumes - `[nSamples x nx * ny * nz]`.
 * @param nSamples - How many.
 * @returns `[nSamples x nVoxels]`.
 * @throws Never.
 */
export function gatherVolume(
  { grid }: Pick<VolumeInput, 'grid'>,
  volumes: Float32Array,
  nSamples: number,
): Matrix64 {
  const [, ny, nz] = grid.shape
  const size = volumes.length / Math.max(1, nSamples)
  const n = grid.voxels.length
  const { coordinates } = createPlacement(grid)
  const data = new Float64Array(nSamples * n)
  for (let i = 0; i < nSamples; i++)
    for (let v = 0; v < n; v++) {
      const at = (coordinates[v]! * ny + coordinates[n + v]!) * nz + coordinates[2 * n + v]!
      data[i * n + v] = volumes[i * size + at]!
    }
  return { data, nRows: nSamples, nCols: n }
}

/**
 * Takes gradients with respect to normalised volumes back to the volumes themselves.
 *
 * @param features - Volumes before they were brought to mean 0 and SD 1, `[nSamples x nVoxels]`.
 * @param gradients - With respect to the normalised volumes, of the same shape.
 * @returns Gradients with respect to `features`: what normalising takes away, a common shift and a common factor, has none.
 * @throws Never.
 */
export function unstandardize(features: Matrix, gradients: Matrix64): Matrix64 {
  const { nRows, nCols } = features
  const data = new Float64Array(nRows * nCols)
  for (let i = 0; i < nRows; i++) {
    const row = features.data.subarray(i * nCols, (i + 1) * nCols)
    const gradient = gradients.data.subarray(i * nCols, (i + 1) * nCols)
    let mean = 0
    for (const value of row) mean += value / nCols
    let variance = 0
    for (const value of row) variance += (value - mean) ** 2 / nCols
    const sd = Math.sqrt(variance)
    if (sd === 0) continue
    let meanGradient = 0
    let along = 0
    for (let v = 0; v < nCols; v++) {
      meanGradient += gradient[v]! / nCols
      along += (gradient[v]! * (row[v]! - mean)) / sd / nCols
    }
    for (let v = 0; v < nCols; v++)
      data[i * nCols + v] = (gradient[v]! - meanGradient - (along * (row[v]! - mean)) / sd) / sd
  }
  return { data, nRows, nCols }
}
