/** Raw volumes [nVoxels] in the order they come -> the same without gaps, slice-timed and realigned, each from itself and earlier ones only. */
import { LimbicError, type Finding } from '../core/errors/index.ts'
import type { Grid } from '../core/types.ts'
import { createGapFiller, type VolumeGap } from './gap-filler.ts'
import { framewiseDisplacement, type MotionParameters } from './motion.ts'
import {
  correctNextSlices,
  createCausalSliceTiming,
  type SliceApproximation,
} from './online/slice-timing.ts'
import { prepareRealigner, type RealignedVolume } from './realign/index.ts'
import { resampleVolume } from './resample/index.ts'
import { sliceOfVoxels, type SliceSchedule } from './slice-schedule.ts'

/** What minimal preprocessing needs to know before the first volume. Plain data. */
export interface CausalPreprocessorOptions {
  /** `[nVoxels]`, the volume that all are realigned to, as stored: a volume of a calibration run. */
  readonly reference: Float32Array
  /** Grid of the reference, on which the volumes lie as well. */
  readonly grid: Grid
  /** When slices are measured; slice times are left as they are without it. */
  readonly schedule?: SliceSchedule
  /** What the volumes are, for messages; `a run` by default. */
  readonly name?: string
}

/** One volume, preprocessed, and what was found on the way. */
export interface CausalVolume {
  readonly index: number
  /** `[nVoxels]` on the reference's grid; never the array that was given. */
  readonly volume: Float32Array
  /** The head's motion away from the reference; undefined where `isRealigning` is false. Its `resampled` is not filled. */
  readonly motion: RealignedVolume | undefined
  /** Framewise displacement since the volume given before, mm; 0 for the first, and without motion. */
  readonly displacementMm: number
  /** What was done about slice times; undefined when nothing is. */
  readonly slices: SliceApproximation | undefined
  /** What was missing; an earlier volume stands in for a blank one, which should not be trusted. */
  readonly gap: VolumeGap
  /** Share of the reference's voxels that lie outside what was measured. */
  readonly outside: number
}

/** Preprocesses the volumes of one run as they come. */
export interface CausalPreprocessor {
  readonly grid: Grid
  /** False for single slices, thin slabs and grids too coarse to tell motion. */
  readonly isRealigning: boolean
  /** `REALIGN_LEFT_OUT`, or nothing. */
  readonly findings: readonly Finding[]
  /**
   * Preprocesses the next volume.
   *
   * @param volume - `[nVoxels]` as measured; not changed, and may be written over after the call.
   * @param index - 0-based index in the run. After one that is skipped, slice timing starts anew.
   * @returns The volume and what was found.
   * @throws {LimbicError} `SHAPE_MISMATCH` when it has another number of voxels.
   */
  next(volume: Float32Array, index: number): CausalVolume
}

/**
 * Prepares the minimal preprocessing of one run, offline and beside the scanner alike: `limbic preprocess --causal`, `data.preprocess: minimal`,
 * `limbic predict` and the live decoder all call this, so for the same volumes their results are equal to the last bit.
 *
 * @param options - Reference, grid, slice times.
 * @returns The preprocessor; it remembers the volume before, so make one for each run.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the reference does not fit its grid; `VOLUME_BLANK` when it shows nothing; `SLICE_TIMING_INVALID`.
 * @remarks In this order: gaps are filled from the volume before; motion is measured on the volume as stored, by itself, against the reference; slices are
 *   brought to the time of the first by a straight line between this volume and the one before; the volume is read once, by cubic B-spline, where the
 *   head has gone. About 30 ms of CPU per volume of 64 x 64 x 34 on one core, O(nVoxels).
 */
export function createCausalPreprocessor(options: CausalPreprocessorOptions): CausalPreprocessor {
  const { reference, grid, schedule, name = 'a run' } = options
  const { realigner, findings } = prepareRealigner(reference, grid, name)
  const fillGaps = createGapFiller(reference)
  const timing =
    schedule === undefined
      ? undefined
      : createCausalSliceTiming(sliceOfVoxels(grid.shape, schedule.axis), schedule)
  let before: MotionParameters | undefined
  return {
    grid,
    isRealigning: realigner !== undefined,
    findings,
    next(volume, index) {
      assertVoxels(volume, grid, `volume ${index} of ${name}`)
      const { volume: filled, gap } = fillGaps(volume)
      const motion = realigner?.realignOne(filled, `volume ${index} of ${name}`)
      const timed = timing === undefined ? undefined : correctNextSlices(timing, filled, index)
      const displacementMm = displacement(before, motion?.parameters)
      before = motion?.parameters
      const { data, nOutside } = putBack(timed?.volume ?? filled, grid, motion)
      return {
        ...{ index, volume: data === volume ? data.slice() : data },
        ...{ motion, displacementMm, slices: timed?.approximation, gap },
        outside: nOutside / data.length,
      }
    },
  }
}

/**
 * Reads a volume where the head has gone.
 *
 * @param volume - `[nVoxels]`.
 * @param grid - Its grid, and that of the result.
 * @param found - The head's motion away from the reference; nothing moves without it.
 * @returns The volume by cubic B-spline, voxels outside it taking their value from its border, and how many those are; the volume itself without motion.
 * @throws {LimbicError} `SHAPE_MISMATCH`, `VALUE_INVALID` as `resampleVolume`.
 */
export function putBack(
  volume: Float32Array,
  grid: Grid,
  found: Pick<RealignedVolume, 'motion'> | undefined,
): { readonly data: Float32Array; readonly nOutside: number } {
  if (found === undefined) return { data: volume, nOutside: 0 }
  const options = { interpolation: 'cubic', motion: found.motion, outside: 'nearest' } as const
  return resampleVolume(volume, grid, grid, options)
}

function displacement(
  before: MotionParameters | undefined,
  now: MotionParameters | undefined,
): number {
  if (before === undefined || now === undefined) return 0
  return framewiseDisplacement({ data: Float64Array.of(...before, ...now), nRows: 2, nCols: 6 })[1]!
}

function assertVoxels(volume: Float32Array, { shape }: Grid, what: string): void {
  const nVoxels = shape[0] * shape[1] * shape[2]
  if (volume.length === nVoxels) return
  throw new LimbicError('SHAPE_MISMATCH', {
    what: `${what} and its grid`,
    expected: `${nVoxels} voxels for ${shape.join(' x ')}`,
    found: `${volume.length}`,
  })
}
