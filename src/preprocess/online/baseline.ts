/** Which volumes of a run the online statistics are made of. */
import { LimbicError } from '../../core/errors/index.ts'

/** All volumes so far, or those with an index from `from` up to, but not including, `to`. */
export type Baseline = 'running' | { readonly from: number; readonly to: number }

/**
 * Tells whether a volume counts.
 *
 * @param baseline - The baseline.
 * @param index - Index of the volume in its run.
 * @returns Whether it belongs to the baseline.
 * @throws Never.
 * @example
 * const counts = isInBaseline({ from: 5, to: 10 }, 10) // counts = false
 */
export function isInBaseline(baseline: Baseline, index: number): boolean {
  return baseline === 'running' || (index >= baseline.from && index < baseline.to)
}

/**
 * Tells whether a volume may be measured against the baseline: always while it runs, else once it is complete.
 *
 * @param baseline - The baseline.
 * @param index - Index of the volume in its run.
 * @returns Whether the baseline is behind it.
 * @throws Never.
 * @example
 * const settled = isBaselineSettled({ from: 5, to: 10 }, 10) // settled = true
 */
export function isBaselineSettled(baseline: Baseline, index: number): boolean {
  return baseline === 'running' || index >= baseline.to
}

/**
 * Checks a baseline before it is used.
 *
 * @param baseline - The baseline.
 * @returns Nothing.
 * @throws {LimbicError} `VALUE_INVALID` when it holds no volume.
 */
export function assertBaseline(baseline: Baseline): void {
  if (baseline === 'running') return
  const { from, to } = baseline
  if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && to > from) return
  throw new LimbicError('VALUE_INVALID', {
    what: 'the baseline of online statistics',
    expected: 'whole volume indices from 0, `to` after `from`',
    found: `from ${from} to ${to}`,
  })
}
