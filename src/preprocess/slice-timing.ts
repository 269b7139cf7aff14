/** A run [nVolumes x nVoxels] whose slices were measured one after the other -> the run as if all had been measured at one time. */
import { LimbicError } from '../core/errors/index.ts'
import type { FloatArray, Matrix } from '../core/types.ts'
import { createLike } from './create-like.ts'
import { assertSliceSchedule, type SliceSchedule } from './slice-schedule.ts'

export * from './slice-schedule.ts'

export interface SliceTimingOptions {
  /** `cubic`: spline through all volumes of a voxel (the default); `linear`: between neighbouring volumes. */
  readonly method?: 'cubic' | 'linear'
  /** Time within the volume that all slices are brought to; half-way between the first and the last slice by default. */
  readonly referenceSeconds?: number
}

// A volume is far larger than the cache: voxels are taken out of it a cache line at a time.
const tileWidth = 16

/**
 * Brings every voxel to one time within its volume.
 *
 * @param series - `[nVolumes x nVoxels]`, one run without missing volumes; not changed.
 * @param sliceOf - Slice index per voxel, as `sliceOfVoxels`.
 * @param schedule - When each slice is measured.
 * @param options - How, and to which time.
 * @returns A matrix of the same float type. Beyond a voxel's first and last measurement its value there is held. A value that is not finite spoils
 *   its own voxel: wholly with `cubic`, its neighbours in time with `linear`.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the slices are not one per voxel; `SLICE_TIMING_INVALID` for an unusable schedule or reference.
 * @remarks Not-a-knot cubic spline, equal to scipy 1.10 `CubicSpline` to 1e-7. The spline looks ahead: beside a scanner use `createCausalSliceTiming`.
 *   Move labels along: after correction, volume n stands for `n TR + referenceSeconds`. O(nVolumes * nVoxels).
 */
export function correctSliceTiming<A extends FloatArray>(
  series: Matrix<A>,
  sliceOf: ArrayLike<number>,
  schedule: SliceSchedule,
  options: SliceTimingOptions = {},
): Matrix<A> {
  const { nRows, nCols } = series
  const shifts = shiftsOfVoxels(nCols, sliceOf, schedule, options.referenceSeconds)
  const data = createLike(series.data)
  const isCubic = (options.method ?? 'cubic') === 'cubic'
  const factors = isCubic ? eliminationFactors(nRows) : new Float64Array(0)
  const curvature = new Float64Array(nRows)
  const tile = new Float64Array(nRows * tileWidth)
  for (let first = 0; first < nCols; first += tileWidth) {
    const width = Math.min(tileWidth, nCols - first)
    for (let t = 0; t < nRows; t++)
      for (let v = 0; v < width; v++) tile[v * nRows + t] = series.data[t * nCols + first + v]!
    for (let v = 0; v < width; v++) {
      const values = tile.subarray(v * nRows, (v + 1) * nRows)
      if (isCubic) splineCurvature(values, factors, curvature)
      shiftSeries(values, curvature, shifts[first + v]!)
    }
    for (let t = 0; t < nRows; t++)
      for (let v = 0; v < width; v++) data[t * nCols + first + v] = tile[v * nRows + t]!
  }
  return { data, nRows, nCols }
}

/**
 * How far each voxel is moved, in volumes: positive when it is measured before the reference time.
 *
 * @param nVoxels - Number of voxels.
 * @param sliceOf - Slice index per voxel.
 * @param schedule - When each slice is measured.
 * @param referenceSeconds - The time to move to; half-way between the first and the last slice when left out.
 * @returns Shift per voxel, between -1 and 1.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the slices are not one per voxel; `SLICE_TIMING_INVALID` for an unusable schedule or reference.
 */
export function shiftsOfVoxels(
  nVoxels: number,
  sliceOf: ArrayLike<number>,
  schedule: SliceSchedule,
  referenceSeconds?: number,
): Float64Array {
  const { timesSeconds, trSeconds } = schedule
  assertSliceSchedule(schedule, timesSeconds.length, 'the slice times')
  if (sliceOf.length !== nVoxels)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'the voxels of a run and their slices',
      expected: `${nVoxels} slice indices`,
      found: `${sliceOf.length}`,
    })
  const reference = referenceSeconds ?? (Math.min(...timesSeconds) + Math.max(...timesSeconds)) / 2
  if (!(reference >= 0 && reference <= trSeconds))
    throw new LimbicError('SLICE_TIMING_INVALID', {
      where: 'the reference time',
      expected: `a time from 0 to the TR of ${trSeconds} s`,
      found: `${reference} s`,
    })
  return Float64Array.from({ length: nVoxels }, (_, v) => {
    const time = timesSeconds[sliceOf[v]!]
    if (time !== undefined) return (reference - time) / trSeconds
    throw new LimbicError('SLICE_TIMING_INVALID', {
      where: 'the slice times',
      expected: `slices from 0 to ${timesSeconds.length - 1}`,
      found: `slice ${sliceOf[v]}`,
    })
  })
}

/** Moves a series to places `shift` volumes later, in place, along its spline (a line where the curvature is 0); held beyond both ends. */
function shiftSeries(values: Float64Array, curvature: Float64Array, shift: number): void {
  const last = values.length - 1
  const moved = Float64Array.from({ length: values.length }, (_, t) => {
    const place = t + shift
    if (!(place > 0)) return values[0]!
    if (place >= last) return values[last]!
    const i = Math.floor(place)
    const b = place - i
    const a = 1 - b
    const straight = a * values[i]! + b * values[i + 1]!
    return straight + ((a * a * a - a) * curvature[i]! + (b * b * b - b) * curvature[i + 1]!) / 6
  })
  values.set(moved)
}

/** What Gaussian elimination of the rows (1, 4, 1) leaves above the diagonal; the same for every voxel. */
function eliminationFactors(n: number): Float64Array {
  const factors = new Float64Array(n)
  for (let i = 2; i < n - 2; i++) factors[i] = 1 / (4 - factors[i - 1]!)
  return factors
}

/**
 * Second derivatives at equally spaced samples. On an even grid the not-a-knot condition makes those next to both ends plain second differences,
 * which leaves a tridiagonal system between them.
 */
function splineCurvature(y: Float64Array, factors: Float64Array, m: Float64Array): void {
  const n = y.length
  m.fill(0)
  if (n < 3) return
  const bend = (i: number): number => y[i - 1]! - 2 * y[i]! + y[i + 1]!
  m[1] = bend(1)
  m[n - 2] = bend(n - 2)
  for (let i = 2; i < n - 2; i++) m[i] = (6 * bend(i) - m[i - 1]!) * factors[i]!
  for (let i = n - 3; i >= 2; i--) m[i]! -= factors[i]! * m[i + 1]!
  m[0] = n === 3 ? m[1] : 2 * m[1] - m[2]!
  m[n - 1] = n === 3 ? m[1] : 2 * m[n - 2]! - m[n - 3]!
}
