/** Timed events -> predicted responses, one column per condition: a Matrix [nVolumes x nConditions]. */
import { LimbicError } from '../core/errors/index.ts'
import type { Matrix64 } from '../core/types.ts'
import { gloverHrf, spmHrf, type HrfKernel } from './hrf-kernel.ts'

export * from './hrf-kernel.ts'

/** One row of an events table. Times are seconds from the start of the run's first volume. */
export interface TimedEvent {
  readonly onset: number
  /** 0 for an impulse. */
  readonly duration: number
  readonly trialType: string
  /** Height of the event; 1 by default. */
  readonly amplitude?: number
}

/** How regressors are computed. */
export interface RegressorOptions {
  readonly nVolumes: number
  readonly trSeconds: number
  readonly kernel: HrfKernel
  /** Grid points per TR; 50 by default. */
  readonly oversampling?: number
  /** Where the grid starts, relative to the first volume; events before it are moved to it. -24 by default. */
  readonly minOnsetSeconds?: number
}

/**
 * Predicted responses of the conditions at every volume: event boxcars convolved with a canonical response.
 *
 * @param events - The events of the run; those of other trial types are left out.
 * @param conditions - Trial types, one column each, in this order.
 * @param options - Volumes, TR and kernel. Volume i is taken at `i * trSeconds`.
 * @returns `[nVolumes x nConditions]`. A condition without events has a column of zeros.
 * @throws {LimbicError} `VALUE_INVALID` when an event's time is not a finite number, a duration is negative,
 *   there are fewer than two volumes, or the TR is not positive.
 * @remarks O(nEvents * nVolumes). Agrees with nilearn 0.10.4 `compute_regressor` to 1e-6. A boxcar convolved with a kernel is the
 *   difference of two running sums of the kernel, so nothing is ever convolved.
 */
export function computeRegressors(
  events: readonly TimedEvent[],
  conditions: readonly string[],
  options: RegressorOptions,
): Matrix64 {
  const { nVolumes, kernel, oversampling = 50, minOnsetSeconds = -24 } = options
  assertDesign(events, options)
  const lastSeconds = (nVolumes - 1) * options.trSeconds
  const trSeconds = lastSeconds / (nVolumes - 1)
  const grid = fineGrid(nVolumes, lastSeconds, oversampling, minOnsetSeconds)
  const response = kernel === 'spm' ? spmHrf : gloverHrf
  const stepResponse = runningSum(response(trSeconds, { oversampling }))
  const samples = Array.from({ length: nVolumes }, (_, i) => sampleOf(grid, i * options.trSeconds))
  const data = new Float64Array(nVolumes * conditions.length)
  const columns = new Map(conditions.map((condition, column) => [condition, column]))
  for (const event of events) {
    const column = columns.get(event.trialType)
    if (column === undefined) continue
    const { first, end } = extentOf(grid, event)
    const amplitude = event.amplitude ?? 1
    const height = (index: number): number =>
      stepAt(stepResponse, index - first) - stepAt(stepResponse, index - end)
    samples.forEach(({ index, fraction }, volume) => {
      const low = height(index)
      const value = fraction === 0 ? low : low + (height(index + 1) - low) * fraction
      data[volume * conditions.length + column]! += amplitude * value
    })
  }
  return { data, nRows: nVolumes, nCols: conditions.length }
}

/** Grid points in seconds, ascending. */
function fineGrid(
  nVolumes: number,
  lastSeconds: number,
  oversampling: number,
  minOnsetSeconds: number,
): Float64Array {
  // nilearn's own expression, operation for operation: an event may lie exactly on a grid point, and then rounding decides.
  const endSeconds = lastSeconds * (1 + 1 / (nVolumes - 1))
  const nPoints = Math.round(
    ((nVolumes - 1) / lastSeconds) * (endSeconds - minOnsetSeconds) * oversampling + 1,
  )
  const step = (endSeconds - minOnsetSeconds) / (nPoints - 1)
  const grid = Float64Array.from({ length: nPoints }, (_, i) => i * step + minOnsetSeconds)
  grid[nPoints - 1] = endSeconds
  return grid
}

/** First grid point of an event and the first one after it; an impulse covers one point. */
function extentOf(grid: Float64Array, event: TimedEvent): { first: number; end: number } {
  const last = grid.length - 1
  const first = Math.min(firstAtOrAfter(grid, event.onset), last)
  const end = Math.min(firstAtOrAfter(grid, event.onset + event.duration), last)
  return { first, end: end === first && end < last ? end + 1 : end }
}

/** Position of a time between two grid points. */
function sampleOf(grid: Float64Array, seconds: number): { index: number; fraction: number } {
  const above = Math.min(Math.max(firstAtOrAfter(grid, seconds), 1), grid.length - 1)
  const low = grid[above - 1]!
  return { index: above - 1, fraction: (seconds - low) / (grid[above]! - low) }
}

function firstAtOrAfter(grid: Float64Array, seconds: number): number {
  let low = 0
  let high = grid.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (grid[middle]! < seconds) low = middle + 1
    else high = middle
  }
  return low
}

function runningSum(kernel: Float64Array): Float64Array {
  let sum = 0
  return kernel.map((value) => (sum += value))
}

function stepAt(stepResponse: Float64Array, lag: number): number {
  return lag < 0 ? 0 : stepResponse[Math.min(lag, stepResponse.length - 1)]!
}

/**
 * Makes sure that the events and volumes of a run have usable times.
 *
 * @param events - The events of the run.
 * @param options - Its volumes.
 * @returns Nothing.
 * @throws {LimbicError} `VALUE_INVALID` naming the first event whose onset is not finite or whose duration is not 0 or more, or
 *   when there are fewer than two volumes, or the TR is not above 0.
 */
export function assertDesign(
  events: readonly TimedEvent[],
  { nVolumes, trSeconds }: Pick<RegressorOptions, 'nVolumes' | 'trSeconds'>,
): void {
  if (!(Number.isInteger(nVolumes) && nVolumes >= 2))
    throw invalid('nVolumes', 'a whole number of at least 2 volumes', `${nVolumes}`)
  if (!(trSeconds > 0 && Number.isFinite(trSeconds)))
    throw invalid('trSeconds', 'a number above 0', `${trSeconds}`)
  for (const [i, { onset, duration, trialType }] of events.entries())
    if (!Number.isFinite(onset) || !(Number.isFinite(duration) && duration >= 0))
      throw invalid(
        `event ${i + 1} (trial type "${trialType}")`,
        'a finite onset and a duration of 0 or more seconds',
        `onset ${onset}, duration ${duration}`,
      )
}

function invalid(what: string, expected: string, found: string): LimbicError {
  return new LimbicError('VALUE_INVALID', { what, expected, found })
}
