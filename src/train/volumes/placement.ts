/** Voxel values of one volume -> their places in a network's input `[nx x ny x nz]`, moved, mirrored, scaled and made noisy on the way. */
import type { VolumeTraining } from '../../../models/index.ts'
import type { Rng } from '../../core/rng.ts'
import type { VoxelGrid } from './volume-samples.ts'

/** Coordinates of every voxel. */
export interface Placement {
  readonly shape: VoxelGrid['shape']
  /** `[3 x nVoxels]`: all x, then all y, then all z. */
  readonly coordinates: Int32Array
}

/** What happens to one training volume. */
export interface Augmentation {
  readonly gain: number
  /** Voxels along x, y and z. */
  readonly shift: readonly number[]
  /** Whether the axis is mirrored. */
  readonly mirrored: readonly boolean[]
}

/** Nothing happens. */
export const noAugmentation: Augmentation = {
  gain: 1,
  shift: [0, 0, 0],
  mirrored: [false, false, false],
}

/**
 * Finds the coordinates of voxels.
 *
 * @param grid - Shape and grid indices.
 * @returns The placement.
 * @throws Never.
 */
export function createPlacement({ shape, voxels }: VoxelGrid): Placement {
  const n = voxels.length
  const coordinates = new Int32Array(3 * n)
  voxels.forEach((voxel, i) => {
    const row = Math.floor(voxel / shape[0])
    coordinates[i] = voxel % shape[0]
    coordinates[n + i] = row % shape[1]
    coordinates[2 * n + i] = Math.floor(row / shape[1])
  })
  return { shape, coordinates }
}

/**
 * Draws what happens to a training volume.
 *
 * @param training - What may happen.
 * @param rng - Stream of the epoch; as many numbers are drawn for every volume.
 * @returns The augmentation.
 * @throws Never.
 */
export function drawAugmentation(
  training: Pick<VolumeTraining, 'gainSd' | 'shiftVoxels' | 'flips'>,
  rng: Rng,
): Augmentation {
  const { gainSd, shiftVoxels, flips } = training
  return {
    gain: gainSd === 0 ? 1 : 1 + gainSd * rng.normal(),
    shift: axes.map(() => (shiftVoxels === 0 ? 0 : rng.integer(2 * shiftVoxels + 1) - shiftVoxels)),
    mirrored: axes.map((axis) => flips.includes(axis) && rng.uniform() < 0.5),
  }
}

/**
 * Brings a volume to mean 0 and SD 1 over its voxels.
 *
 * @param values - `[nVoxels]`; changed in place.
 * @returns Nothing; values that are all the same become 0.
 * @throws Never.
 */
export function standardizeVolume(values: Float32Array): void {
  const n = Math.max(1, values.length)
  let mean = 0
  for (const value of values) mean += value / n
  let variance = 0
  for (const value of values) variance += (value - mean) ** 2 / n
  const scale = variance > 0 ? 1 / Math.sqrt(variance) : 0
  for (let v = 0; v < values.length; v++) values[v] = (values[v]! - mean) * scale
}

/**
 * Puts a volume into a network's input.
 *
 * @param placement - Where its voxels lie.
 * @param values - `[nVoxels]`.
 * @param target - `[nx x ny x nz]`, x slowest, all 0.
 * @param augmentation - What happens on the way; voxels that are moved over an edge are lost.
 * @returns Nothing.
 * @throws Never.
 */
export function placeVolume(
  { shape, coordinates }: Placement,
  values: Float32Array,
  target: Float32Array,
  { gain, shift, mirrored }: Augmentation = noAugmentation,
): void {
  const n = values.length
  const [nx, ny, nz] = shape
  const along = (axis: 0 | 1 | 2, v: number): number => {
    const at = coordinates[axis * n + v]!
    return (mirrored[axis] ? shape[axis] - 1 - at : at) + shift[axis]!
  }
  for (let v = 0; v < n; v++) {
    const [x, y, z] = [along(0, v), along(1, v), along(2, v)]
    if (x < 0 || x >= nx || y < 0 || y >= ny || z < 0 || z >= nz) continue
    target[(x * ny + y) * nz + z] = gain * values[v]!
  }
}

const axes = ['x', 'y', 'z'] as const
