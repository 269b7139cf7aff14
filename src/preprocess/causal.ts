/** Volumes in the order they come [nVolumes x nVoxels] -> each standardised by itself and the volumes before it. */
import { LimbicError } from '../core/errors/index.ts'
import type { FloatArray } from '../core/types.ts'
import { createLike } from './create-like.ts'
import { noiseFloor } from './noise-floor.ts'

/** Mean and spread of the volumes seen so far. The arrays change with every volume. */
export interface RunningMoments {
  nVolumes: number
  /** Finite values per voxel. */
  readonly counts: Uint32Array
  /** Mean per voxel. */
  readonly mean: Float64Array
  /** Sum of squared deviations from the mean, per voxel. */
  readonly squares: Float64Array
}

export interface CausalOptions {
  /** Volumes are 0 until this many have been seen: a spread of few volumes says nothing. 5 by default. */
  readonly minVolumes?: number
}

/**
 * Statistics of no volume yet.
 *
 * @param nVoxels - Voxels per volume.
 * @returns Moments to be passed to `standardizeNext`.
 * @throws Never.
 * @example
 * const nSeen = createRunningMoments(3).nVolumes // nSeen = 0
 */
export function createRunningMoments(nVoxels: number): RunningMoments {
  return {
    nVolumes: 0,
    counts: new Uint32Array(nVoxels),
    mean: new Float64Array(nVoxels),
    squares: new Float64Array(nVoxels),
  }
}

/**
 * Takes one more volume into the moments and standardises it with them.
 *
 * @param moments - Of the volumes before it; updated in place.
 * @param volume - `[nVoxels]`.
 * @param options - When to start.
 * @returns `[nVoxels]`, same float type: `(x - mean) / sd` over the volumes so far (population SD). 0 for the first volumes, for a
 *   voxel that has been constant, and for a value that is not finite; such a value is left out of the statistics.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the volume has another number of voxels than the moments.
 * @remarks Welford (1962), Technometrics 4:419-420. O(nVoxels) per volume.
 */
export function standardizeNext<A extends FloatArray>(
  moments: RunningMoments,
  volume: A,
  options: CausalOptions = {},
): A {
  const { counts, mean, squares } = moments
  if (volume.length !== mean.length)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'a volume and the running statistics',
      expected: `${mean.length} voxels`,
      found: `${volume.length}`,
    })
  moments.nVolumes += 1
  const standardized = createLike(volume)
  const needed = Math.max(2, options.minVolumes ?? 5)
  const floor = noiseFloor(volume)
  for (let v = 0; v < volume.length; v++) {
    const x = volume[v]!
    if (!Number.isFinite(x)) continue
    const n = (counts[v]! += 1)
    const before = x - mean[v]!
    mean[v]! += before / n
    const after = x - mean[v]!
    squares[v]! += before * after
    const sd = Math.sqrt(squares[v]! / n)
    if (n >= needed && sd > floor * Math.abs(mean[v]!)) standardized[v] = after / sd
  }
  return standardized
}
