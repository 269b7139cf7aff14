/** Volumes in the order they come -> each standardised by a running or a fixed baseline; volumes are [nVoxels]. */
import type { FloatArray } from '../../core/types.ts'
import { createRunningMoments, standardizeNext, type RunningMoments } from '../causal.ts'
import { createLike } from '../create-like.ts'
import { noiseFloor } from '../noise-floor.ts'
import { assertBaseline, isBaselineSettled, isInBaseline, type Baseline } from './baseline.ts'

export interface OnlineStandardizeOptions {
  /** Volumes that mean and SD are taken of: all so far (`running`, the default), or a fixed stretch. */
  readonly baseline?: Baseline
  /** Volumes before which nothing is given out; 5 by default. */
  readonly minVolumes?: number
}

/** Mean and spread so far. Changes with every volume. */
export interface OnlineStandardize {
  readonly baseline: Baseline
  readonly minVolumes: number
  readonly moments: RunningMoments
}

/**
 * The statistics of no volume yet.
 *
 * @param nVoxels - Voxels per volume.
 * @param options - Baseline and when to start.
 * @returns The state to be passed to `standardizeOnline`.
 * @throws {LimbicError} `VALUE_INVALID` for a baseline without volumes.
 */
export function createOnlineStandardize(
  nVoxels: number,
  options: OnlineStandardizeOptions = {},
): OnlineStandardize {
  const { baseline = 'running', minVolumes = 5 } = options
  assertBaseline(baseline)
  return { baseline, minVolumes, moments: createRunningMoments(nVoxels) }
}

/**
 * Takes one more volume into the statistics, unless it lies outside a fixed baseline, and standardises it.
 *
 * @param state - Of the volumes before it; updated in place.
 * @param volume - `[nVoxels]`; not changed.
 * @param index - Index of the volume in its run.
 * @returns `(x - mean) / sd` (population SD), same float type; 0 until the baseline is complete, in constant voxels and for values that are not finite.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the volume has another number of voxels.
 * @remarks With a running baseline the same numbers as `standardizeNext`. O(nVoxels).
 */
export function standardizeOnline<A extends FloatArray>(
  state: OnlineStandardize,
  volume: A,
  index: number,
): A {
  const { baseline, minVolumes, moments } = state
  if (isInBaseline(baseline, index)) {
    const standardized = standardizeNext(moments, volume, { minVolumes })
    return isBaselineSettled(baseline, index) ? standardized : createLike(volume)
  }
  const standardized = createLike(volume)
  if (!isBaselineSettled(baseline, index)) return standardized
  const sd = onlineSd(moments)
  const floor = noiseFloor(volume)
  const needed = Math.max(2, minVolumes)
  for (let v = 0; v < volume.length; v++) {
    const usable = moments.counts[v]! >= needed && sd[v]! > floor * Math.abs(moments.mean[v]!)
    if (usable && Number.isFinite(volume[v]))
      standardized[v] = (volume[v]! - moments.mean[v]!) / sd[v]!
  }
  return standardized
}

/**
 * Population SD per voxel of the volumes so far.
 *
 * @param moments - At least one volume.
 * @returns `[nVoxels]`; 0 for voxels without any value.
 * @throws Never.
 */
export function onlineSd({ squares, counts }: RunningMoments): Float64Array {
  return squares.map((sum, v) => Math.sqrt(sum / Math.max(1, counts[v]!)))
}

/**
 * Temporal signal-to-noise ratio per voxel of the volumes so far.
 *
 * @param moments - At least one volume.
 * @returns `[nVoxels]`: mean over population SD; 0 for constant voxels.
 * @throws Never.
 */
export function onlineTsnr(moments: RunningMoments): Float64Array {
  return onlineSd(moments).map((sd, v) => (sd > 0 ? moments.mean[v]! / sd : 0))
}
