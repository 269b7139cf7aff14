/** Masks and volumes of one grid -> voxel indices, common masks and mean volumes; arrays of nVoxels, x fastest. */
import { LimbicError } from '../core/errors/index.ts'
import type { Grid } from '../core/types.ts'
import { largestComponent } from './morphology.ts'

/**
 * The voxels of a mask.
 *
 * @param mask - 0 outside.
 * @returns Grid indices of the voxels inside, ascending: x fastest.
 * @throws Never.
 * @example
 * const inside = maskIndices(Uint8Array.of(0, 1, 0, 1)) // inside = [1, 3]
 */
export function maskIndices(mask: Uint8Array): Int32Array {
  const indices = new Int32Array(mask.reduce((n, value) => n + (value === 0 ? 0 : 1), 0))
  let next = 0
  mask.forEach((value, voxel) => {
    if (value !== 0) indices[next++] = voxel
  })
  return indices
}

/** When a voxel belongs to the common mask. */
export interface IntersectOptions {
  /** Fraction of the masks that must hold a voxel: 1 = all of them (the default), 0 = any. At fractions between, more than it. */
  readonly threshold?: number
  /** Keep the largest connected part only; needs the grid's shape. */
  readonly connectedIn?: Grid['shape']
}

/**
 * The common mask of several runs or subjects.
 *
 * @param masks - At least one; 0 outside.
 * @param options - How common a voxel must be.
 * @returns 1 inside, 0 outside.
 * @throws {LimbicError} `VALUE_INVALID` without masks or with a threshold outside 0..1; `SHAPE_MISMATCH` when their sizes differ.
 * @remarks As nilearn 0.10.4 `intersect_masks`. O(nMasks * nVoxels).
 */
export function intersectMasks(
  masks: readonly Uint8Array[],
  options: IntersectOptions = {},
): Uint8Array {
  const { threshold = 1, connectedIn } = options
  const [first] = masks
  if (first === undefined)
    throw new LimbicError('VALUE_INVALID', {
      what: 'the masks to intersect',
      expected: 'at least one mask',
      found: 'none',
    })
  if (!(threshold >= 0 && threshold <= 1))
    throw new LimbicError('VALUE_INVALID', {
      what: 'the threshold of a common mask',
      expected: 'a fraction from 0 to 1',
      found: `${threshold}`,
    })
  const counts = new Uint32Array(first.length)
  for (const mask of masks) {
    if (mask.length !== first.length)
      throw new LimbicError('SHAPE_MISMATCH', {
        what: 'the masks to intersect',
        expected: `${first.length} voxels`,
        found: `${mask.length}`,
      })
    for (let v = 0; v < mask.length; v++) if (mask[v] !== 0) counts[v]! += 1
  }
  // "More than all of them" would be none: just below 1 means all.
  const needed = Math.min(threshold, 1 - 1e-7) * masks.length
  const common = Uint8Array.from(counts, (count) => (count > needed ? 1 : 0))
  return connectedIn === undefined ? common : largestComponent(common, connectedIn)
}

/** Sum of the volumes seen so far. */
export interface VolumeSum {
  nVolumes: number
  readonly sum: Float64Array
}

/**
 * The sum of no volume yet.
 *
 * @param nVoxels - Voxels per volume.
 * @returns A sum to be passed to `addVolume`.
 * @throws Never.
 * @example
 * const nSeen = createVolumeSum(3).nVolumes // nSeen = 0
 */
export function createVolumeSum(nVoxels: number): VolumeSum {
  return { nVolumes: 0, sum: new Float64Array(nVoxels) }
}

/**
 * Adds a volume, in place.
 *
 * @param total - The sum so far.
 * @param volume - `[nVoxels]`.
 * @returns Nothing.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the volume has another number of voxels.
 */
export function addVolume(total: VolumeSum, volume: ArrayLike<number>): void {
  if (volume.length !== total.sum.length)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'a volume and the sum of the volumes before it',
      expected: `${total.sum.length} voxels`,
      found: `${volume.length}`,
    })
  total.nVolumes += 1
  for (let v = 0; v < volume.length; v++) total.sum[v]! += volume[v]!
}

/**
 * The mean of the volumes added.
 *
 * @param total - The sum of at least one volume.
 * @returns `[nVoxels]`.
 * @throws {LimbicError} `VALUE_INVALID` when no volume was added.
 */
export function meanVolume(total: VolumeSum): Float64Array {
  if (total.nVolumes === 0)
    throw new LimbicError('VALUE_INVALID', {
      what: 'the volumes of a mean',
      expected: 'at least one volume',
      found: 'none',
    })
  return total.sum.map((value) => value / total.nVolumes)
}
