/** Calibration runs -> calibrations of growing length, and scores at each length -> a curve over minutes. */
import type { Fold, LearningCurve } from '../core/schemas/report.ts'
import { summarize } from './statistics.ts'

/** A calibration cut to a length. */
export interface CalibrationLength {
  /** Runs or minutes that were asked for; of the last length, what there is. */
  readonly amount: number
  readonly minutes: number
  /** How many volumes of each run take part, from its start; length = number of runs. */
  readonly nVolumes: readonly number[]
}

/**
 * Calibrations of growing length, each the beginning of the next, the last one whole.
 *
 * @param runs - Calibration runs in the order in which they were measured.
 * @param amounts - `runs`: whole runs, one more at each step. Or minutes; what is longer than the whole calibration is left out.
 * @returns Lengths, ascending; none without runs.
 * @throws Never.
 * @example
 * const minutes = planLearningCurve([{ nVolumes: 120, trSeconds: 2 }], [1, 2, 9]).map((length) => length.minutes) // minutes = [1, 2, 4]
 */
export function planLearningCurve(
  runs: readonly { readonly nVolumes: number; readonly trSeconds: number }[],
  amounts: 'runs' | readonly number[],
): CalibrationLength[] {
  if (runs.length === 0) return []
  const whole = runs.map(({ nVolumes }) => nVolumes)
  const minutesOf = (nVolumes: readonly number[]): number =>
    nVolumes.reduce((sum, n, r) => sum + (n * runs[r]!.trSeconds) / 60, 0)
  if (amounts === 'runs')
    return runs.map((_, last) => {
      const nVolumes = whole.map((n, r) => (r <= last ? n : 0))
      return { amount: last + 1, minutes: minutesOf(nVolumes), nVolumes }
    })
  const total = minutesOf(whole)
  const shorter = [...new Set(amounts)].filter((amount) => amount < total).sort((a, b) => a - b)
  const lengths = shorter.map((amount) => {
    const nVolumes = cutToMinutes(runs, amount)
    return { amount, minutes: minutesOf(nVolumes), nVolumes }
  })
  return [...lengths, { amount: total, minutes: total, nVolumes: whole }]
}

/** Whole volumes that fit into some minutes, run after run; the tolerance keeps 60 s of 0.1 s from losing one to rounding. */
function cutToMinutes(
  runs: readonly { readonly nVolumes: number; readonly trSeconds: number }[],
  minutes: number,
): readonly number[] {
  let left = 60 * minutes
  return runs.map(({ nVolumes, trSeconds }) => {
    const n = Math.min(nVolumes, Math.floor(left / trSeconds + 1e-9))
    left = n < nVolumes ? 0 : left - n * trSeconds
    return n
  })
}

/**
 * Summarises the curves of all folds over subjects.
 *
 * @param folds - Folds, with or without a curve.
 * @returns The curve at the amounts that all subjects have, the last point being everybody's whole calibration; null unless every fold has one.
 * @throws Never.
 */
export function summarizeLearningCurve(
  folds: readonly Pick<Fold, 'learningCurve'>[],
): LearningCurve | null {
  const curves = folds.flatMap(({ learningCurve }) => learningCurve ?? [])
  const [first] = curves
  if (first === undefined || curves.length < folds.length) return null
  const beginnings = curves.map(({ points }) => points.slice(0, -1))
  const shared = first.points
    .slice(0, -1)
    .map(({ amount }) => beginnings.map((points) => points.find((p) => p.amount === amount)))
    .filter((found) => found.every((point) => point !== undefined))
  const whole = curves.flatMap(({ points }) => points.slice(-1))
  const points = [...shared, whole].map((found) => {
    const mean = (value: (point: (typeof whole)[number]) => number): number =>
      found.reduce((sum, point) => sum + value(point), 0) / found.length
    return {
      amount: mean(({ amount }) => amount),
      minutes: mean(({ minutes }) => minutes),
      accuracy: statistic(found.map(({ accuracy }) => accuracy)),
      balancedAccuracy: statistic(found.map(({ balancedAccuracy }) => balancedAccuracy)),
    }
  })
  return { unit: first.unit, points }
}

function statistic(values: readonly number[]): LearningCurve['points'][number]['accuracy'] {
  const { mean, sd, ci95, ci99 } = summarize(values)
  return { mean, sd, ci95, ci99 }
}
