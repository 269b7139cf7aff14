/** A mask on one grid -> the mask on another grid of the same world; `[nVoxels]`, 0 or 1, x fastest. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Grid } from '../../core/types.ts'
import { resampleVolume } from './resample-volume.ts'

export interface ResampleMaskOptions {
  /** Share of a target voxel's surroundings that must lie inside, by linear interpolation; 0.5 by default. */
  readonly threshold?: number
}

/**
 * Brings a mask to another grid.
 *
 * @param mask - `[nVoxels]` of the source; 0 outside.
 * @param source - Grid of the mask.
 * @param target - Grid of the result.
 * @param options - How much of a voxel must be inside.
 * @returns 1 inside, 0 outside, also beyond the source. Never empty.
 * @throws {LimbicError} `MASK_OUTSIDE_GRID` when nothing of the mask falls into the target; `SHAPE_MISMATCH`, `VALUE_INVALID` as `resampleVolume`, or for
 *   a threshold that is not above 0 and at most 1.
 * @remarks Linear interpolation, then the threshold: the border keeps its place to a fraction of a voxel, where nearest neighbours would tear it.
 */
export function resampleMask(
  mask: Uint8Array,
  source: Grid,
  target: Grid,
  options: ResampleMaskOptions = {},
): Uint8Array {
  const { threshold = 0.5 } = options
  if (!(threshold > 0 && threshold <= 1))
    throw new LimbicError('VALUE_INVALID', {
      what: 'the threshold of a resampled mask',
      expected: 'a fraction above 0, at most 1',
      found: `${threshold}`,
    })
  const inside = Float32Array.from(mask, (value) => (value === 0 ? 0 : 1))
  const { data } = resampleVolume(inside, source, target, { interpolation: 'linear' })
  // The sum of the weights may fall short of 1 by rounding.
  const moved = Uint8Array.from(data, (share) => (share >= threshold - 1e-6 ? 1 : 0))
  if (moved.includes(1)) return moved
  throw new LimbicError('MASK_OUTSIDE_GRID', {
    nInside: inside.reduce((sum, value) => sum + value, 0),
    source: source.shape,
    target: target.shape,
  })
}
