/** Volumes in the order they come -> each brought to one time within it, by what has been measured so far; volumes are [nVoxels]. */
import { LimbicError } from '../../core/errors/index.ts'
import type { FloatArray } from '../../core/types.ts'
import { createLike } from '../create-like.ts'
import { shiftsOfVoxels, type SliceSchedule } from '../slice-timing.ts'

export interface CausalSliceTimingOptions {
  /** Degree of the polynomial through the latest volumes: 1, 2 or 3. 1, a straight line between two volumes, by default. */
  readonly degree?: 1 | 2 | 3
  /** Time that all slices are brought to; that of the first slice by default, so that no value must be guessed ahead. */
  readonly referenceSeconds?: number
}

/** How the voxels of one volume were brought to the reference time. */
export interface SliceApproximation {
  /** Degree of the polynomial that was used: lower than asked for until enough volumes have come. */
  readonly degree: 0 | 1 | 2 | 3
  /** Voxels measured at the reference time: nothing is done to them. */
  readonly nExact: number
  /** Voxels measured later than the reference: interpolated between this volume and those before it. */
  readonly nInterpolated: number
  /** Voxels that keep their value as measured: measured before the reference, or no volume precedes. */
  readonly nHeld: number
}

/** What the next volume needs to know of those before it. The arrays change with every volume. */
export interface CausalSliceTiming {
  readonly degree: 1 | 2 | 3
  /** Shift per voxel, in volumes. */
  readonly shifts: Float64Array
  /** The latest volumes as they were measured, newest first. */
  readonly history: FloatArray[]
  lastIndex: number | undefined
}

/**
 * Prepares slice timing beside a scanner.
 *
 * @param sliceOf - Slice index per voxel, as `sliceOfVoxels`.
 * @param schedule - When each slice is measured.
 * @param options - Degree and reference time.
 * @returns The state to be passed to `correctNextSlices`.
 * @throws {LimbicError} `SLICE_TIMING_INVALID` for an unusable schedule or reference.
 */
export function createCausalSliceTiming(
  sliceOf: ArrayLike<number>,
  schedule: SliceSchedule,
  options: CausalSliceTimingOptions = {},
): CausalSliceTiming {
  const reference = options.referenceSeconds ?? Math.min(...schedule.timesSeconds)
  const shifts = shiftsOfVoxels(sliceOf.length, sliceOf, schedule, reference)
  return { degree: options.degree ?? 1, shifts, history: [], lastIndex: undefined }
}

/**
 * Brings one more volume to the reference time.
 *
 * @param timing - Of the volumes before it; updated in place.
 * @param volume - `[nVoxels]` as measured; not changed, and kept until enough others have come.
 * @param index - Index of the volume in its run. After a gap the volumes before it are forgotten.
 * @returns The volume at the reference time, same float type, and what was done to get it.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the volume has another number of voxels than the schedule.
 * @remarks Lagrange's polynomial through the latest `degree + 1` volumes. With degree 1 the values are those of `correctSliceTiming` with `linear`, but
 *   for voxels measured before the reference, which that brings forward with the next volume and this holds. O(nVoxels * degree).
 */
export function correctNextSlices<A extends FloatArray>(
  timing: CausalSliceTiming,
  volume: A,
  index: number,
): { readonly volume: A; readonly approximation: SliceApproximation } {
  const { shifts, history, degree: wanted } = timing
  if (volume.length !== shifts.length)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'a volume and the slices of its voxels',
      expected: `${shifts.length} voxels`,
      found: `${volume.length}`,
    })
  if (timing.lastIndex === undefined || index !== timing.lastIndex + 1) history.length = 0
  timing.lastIndex = index
  history.unshift(volume.slice())
  history.length = Math.min(history.length, wanted + 1)
  const degree = (history.length - 1) as SliceApproximation['degree']
  const corrected = createLike(volume)
  const counts = { nExact: 0, nInterpolated: 0, nHeld: 0 }
  const weights = new Float64Array(degree + 1)
  let weightsOf = NaN
  for (let v = 0; v < volume.length; v++) {
    const shift = shifts[v]!
    if (shift === 0) counts.nExact += 1
    else if (shift > 0 || degree === 0) counts.nHeld += 1
    else counts.nInterpolated += 1
    if (shift >= 0 || degree === 0) {
      corrected[v] = volume[v]!
      continue
    }
    if (shift !== weightsOf) lagrangeWeights(shift, weights)
    weightsOf = shift
    let sum = 0
    for (let k = 0; k <= degree; k++) sum += weights[k]! * history[k]![v]!
    corrected[v] = sum
  }
  return { volume: corrected, approximation: { degree, ...counts } }
}

/**
 * Says in words what was done to the slices of a volume.
 *
 * @param approximation - Of one volume.
 * @returns A phrase such as `straight line through 2 volumes (900 voxels), as measured (100 voxels)`.
 * @throws Never.
 * @example
 * const words = formatSliceApproximation({ degree: 0, nExact: 0, nInterpolated: 0, nHeld: 5 }) // words = 'held as measured (5 voxels)'
 */
export function formatSliceApproximation(approximation: SliceApproximation): string {
  const { degree, nExact, nInterpolated, nHeld } = approximation
  const curve = ['constant', 'straight line', 'parabola', 'cubic'][degree]!
  const parts = [
    [`${curve} through ${degree + 1} volumes`, nInterpolated] as const,
    ['held as measured', nHeld] as const,
    ['measured at the reference time', nExact] as const,
  ]
  return parts
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${what} (${count} voxels)`)
    .join(', ')
}

/** Weights of the samples at 0, -1, -2, ... for the value at `shift`. */
function lagrangeWeights(shift: number, weights: Float64Array): void {
  for (let i = 0; i < weights.length; i++) {
    let weight = 1
    for (let j = 0; j < weights.length; j++) if (j !== i) weight *= (shift + j) / (j - i)
    weights[i] = weight
  }
}
