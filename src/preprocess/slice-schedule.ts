/** The sidecar of a BOLD image -> when each slice is measured, in seconds after the start of its volume. */
import { LimbicError } from '../core/errors/index.ts'
import type { Grid } from '../core/types.ts'

/** When the slices of a volume are measured. */
export interface SliceSchedule {
  /** Seconds after the start of the volume, per slice in the order of the grid; several slices may share a time. */
  readonly timesSeconds: Float64Array
  /** Axis of the grid along which slices follow each other: 0, 1 or 2. */
  readonly axis: 0 | 1 | 2
  readonly trSeconds: number
}

/**
 * Reads the slice times of a run.
 *
 * @param sidecar - JSON metadata: `SliceTiming` in seconds and, if not the third axis upwards, `SliceEncodingDirection`.
 * @param shape - Voxels along x, y and z.
 * @param trSeconds - Repetition time.
 * @param where - The file, for messages.
 * @returns The schedule; any order of slices, multiband included.
 * @throws {LimbicError} `SLICE_TIMING_MISSING` without `SliceTiming`; `SLICE_TIMING_INVALID` when there is not one time per slice, or a time does
 *   not lie between 0 and the repetition time.
 * @see BIDS 1.10, "SliceTiming" and "SliceEncodingDirection": with a direction such as `k-` the first time is that of the last slice.
 */
export function parseSliceSchedule(
  sidecar: Readonly<Record<string, unknown>>,
  shape: Grid['shape'],
  trSeconds: number,
  where: string,
): SliceSchedule {
  const stated = sidecar.SliceTiming
  if (stated === undefined || stated === null)
    throw new LimbicError('SLICE_TIMING_MISSING', { where })
  const direction = textOf(sidecar.SliceEncodingDirection ?? 'k')
  const axis = ['i', 'j', 'k'].findIndex((name) => [name, `${name}-`].includes(direction))
  if (axis < 0)
    throw invalid(where, 'i, j or k, or these with a minus', `the direction ${direction}`)
  if (!Array.isArray(stated) || !stated.every((time) => typeof time === 'number'))
    throw invalid(where, 'a list of numbers', textOf(stated).slice(0, 60))
  const times = Float64Array.from(stated)
  const schedule: SliceSchedule = {
    timesSeconds: direction.endsWith('-') ? times.reverse() : times,
    axis: axis as 0 | 1 | 2,
    trSeconds,
  }
  assertSliceSchedule(schedule, shape[axis]!, where)
  return schedule
}

/**
 * Checks a schedule before it is used.
 *
 * @param schedule - Times, axis and repetition time.
 * @param nSlices - Slices of a volume.
 * @param where - The file, for messages.
 * @returns Nothing.
 * @throws {LimbicError} `SLICE_TIMING_INVALID` when there is not one time per slice, the repetition time is not above 0, or a time does not lie
 *   between 0 and the repetition time.
 */
export function assertSliceSchedule(
  { timesSeconds, trSeconds }: SliceSchedule,
  nSlices: number,
  where: string,
): void {
  if (!(trSeconds > 0 && Number.isFinite(trSeconds)))
    throw invalid(where, 'a repetition time above 0 s', `${trSeconds}`)
  if (timesSeconds.length !== nSlices)
    throw invalid(where, `${nSlices} slice times, one per slice`, `${timesSeconds.length}`)
  const wrong = timesSeconds.find((time) => !(time >= 0 && time < trSeconds))
  if (wrong !== undefined)
    throw invalid(where, `times from 0 to less than the TR of ${trSeconds} s`, `${wrong} s`)
}

/**
 * The slice that each voxel belongs to.
 *
 * @param shape - Voxels along x, y and z.
 * @param axis - Axis along which slices follow each other.
 * @param voxels - Grid indices, such as those inside a mask; all voxels of the grid when left out.
 * @returns Slice index per voxel.
 * @throws Never.
 * @example
 * const slices = sliceOfVoxels([2, 1, 2], 2) // slices = [0, 0, 1, 1]
 */
export function sliceOfVoxels(
  shape: Grid['shape'],
  axis: 0 | 1 | 2,
  voxels?: ArrayLike<number>,
): Int32Array {
  const [nx, ny, nz] = shape
  const stride = [1, nx, nx * ny][axis]!
  return Int32Array.from(
    { length: voxels?.length ?? nx * ny * nz },
    (_, i) => Math.floor((voxels?.[i] ?? i) / stride) % shape[axis],
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function invalid(where: string, expected: string, found: string): LimbicError {
  return new LimbicError('SLICE_TIMING_INVALID', { where, expected, found })
}
