/** A volume -> the bytes of a NIfTI-1 file with 16-bit voxels, as browsers show it. */
import type { Grid } from '../core/types.ts'

/** Voxels to be shown, x fastest. */
export interface VolumeImage {
  readonly grid: Grid
  /** `[nVoxels]`; NaN counts as 0. */
  readonly data: ArrayLike<number>
}

const headerBytes = 352
/** Code of a signed 16-bit integer. */
const int16 = 4

/**
 * The bytes of an image.
 *
 * @param image - Grid and voxels.
 * @returns Header and voxels, little-endian; values are spread over the range of 16 bits, so they are shown to 1 part in 65 000 of it.
 * @throws Never.
 * @remarks O(nVoxels). For looking at: what is decoded and kept has its own bytes.
 */
export function formatVolumeImage({ grid, data }: VolumeImage): Buffer {
  const { shape, affine } = grid
  const nVoxels = shape[0] * shape[1] * shape[2]
  const { low, high } = rangeOf(data, nVoxels)
  const slope = high > low ? (high - low) / 65_000 : 1
  const bytes = Buffer.alloc(headerBytes + 2 * nVoxels)
  bytes.writeInt32LE(348, 0)
  ;[3, ...shape, 1, 1, 1, 1].forEach((size, i) => bytes.writeInt16LE(size, 40 + 2 * i))
  bytes.writeInt16LE(int16, 70)
  bytes.writeInt16LE(16, 72)
  ;[1, ...voxelSizes(affine), 1].forEach((size, i) => bytes.writeFloatLE(size, 76 + 4 * i))
  bytes.writeFloatLE(headerBytes, 108)
  bytes.writeFloatLE(slope, 112)
  bytes.writeFloatLE(low + 32_500 * slope, 116)
  bytes.writeUInt8(2, 123) // millimetres
  bytes.writeFloatLE(high, 124)
  bytes.writeFloatLE(low, 128)
  bytes.writeInt16LE(1, 254) // the affine says where the scanner has it
  affine.slice(0, 12).forEach((value, i) => bytes.writeFloatLE(value, 280 + 4 * i))
  bytes.write('n+1\0', 344, 'latin1')
  for (let i = 0; i < nVoxels; i++) {
    const value = Number.isFinite(data[i]) ? (data[i] ?? 0) : 0
    bytes.writeInt16LE(Math.round((value - low) / slope) - 32_500, headerBytes + 2 * i)
  }
  return bytes
}

/**
 * An image of a set of voxels.
 *
 * @param grid - Where the voxels lie.
 * @param voxels - Indices of the voxels, x fastest.
 * @param weights - One value per voxel; 1 for each without them.
 * @returns The image: the weights at the voxels, 0 elsewhere.
 * @throws Never.
 */
export function imageOfVoxels(
  grid: Grid,
  voxels: ArrayLike<number>,
  weights?: ArrayLike<number>,
): VolumeImage {
  const data = new Float32Array(grid.shape[0] * grid.shape[1] * grid.shape[2])
  for (let i = 0; i < voxels.length; i++) data[voxels[i] ?? 0] = weights?.[i] ?? 1
  return { grid, data }
}

function rangeOf(data: ArrayLike<number>, nVoxels: number): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity]
  for (let i = 0; i < nVoxels; i++) {
    const value = data[i] ?? 0
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  // NaN is shown as 0, so 0 must lie within.
  return low > high ? { low: 0, high: 0 } : { low: Math.min(low, 0), high: Math.max(high, 0) }
}

function voxelSizes(affine: readonly number[]): number[] {
  return [0, 1, 2].map((column) => Math.hypot(...[0, 4, 8].map((row) => affine[row + column] ?? 0)))
}
