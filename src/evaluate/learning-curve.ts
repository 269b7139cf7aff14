/** Calibration runs -> calibrations of growing length, and scores at each length -> a curve over minutes. */
import { LimbicError } from '../core/errors/index.ts'
import { summarize, type SubjectSummary } from './statistics.ts'

/** A calibration cut to a length. */
export interface CalibrationLength {
  readonly minutes: number
  /** How many volumes of each run take part, from its start; length = number of runs. */
  readonly nVolumes: readonly number[]
}

/** The score of one subject at one length. */
export interface LearningScore {
  readonly subject: string
  /** Index of the length, ascending with it. */
  readonly step: number
  readonly minutes: number
  readonly score: number
}

/** One point of a learning curve; minutes are the mean over subjects. */
export interface LearningPoint extends SubjectSummary {
  readonly minutes: number
  readonly nSubjects: number
}

/**
 * Calibrations of growing length, each the beginning of the next, the last one whole.
 *
 * @param runs - Calibration runs in the order in which they were measured.
 * @param unit - `run`: whole runs, one more at each step. `volume`: half the volumes at each step back, down to at least `fewest`.
 * @param fewest - Volumes that the shortest calibration must have, with unit `volume`. Default 10.
 * @returns Lengths, ascending; the whole calibration alone when it cannot be cut.
 * @throws Never.
 * @example
 * const minutes = planLearningCurve([{ nVolumes: 120, trSeconds: 2 }], 'volume', 30).map((length) => length.minutes) // minutes = [1, 2, 4]
 */
export function planLearningCurve(
  runs: readonly { readonly nVolumes: number; readonly trSeconds: number }[],
  unit: 'run' | 'volume',
  fewest = 10,
): CalibrationLength[] {
  const total = runs.reduce((sum, run) => sum + run.nVolumes, 0)
  const counts: number[] = []
  if (unit === 'run') runs.forEach((run, r) => counts.push((counts[r - 1] ?? 0) + run.nVolumes))
  else {
    for (let n = total; n >= 1 && (n >= fewest || n === total); n = Math.floor(n / 2))
      counts.unshift(n)
  }
  return counts.map((count) => {
    let left = count
    const nVolumes = runs.map((run) => {
      const taken = Math.min(run.nVolumes, left)
      left -= taken
      return taken
    })
    const minutes = nVolumes.reduce((sum, n, r) => sum + (n * runs[r]!.trSeconds) / 60, 0)
    return { minutes, nVolumes }
  })
}

/**
 * Summarises scores over subjects at each length.
 *
 * @param scores - One per subject and step, in any order.
 * @returns The curve, by step.
 * @throws {LimbicError} `VALUE_INVALID` when a subject lacks a step or has it twice: the points of a curve must be of the same subjects.
 */
export function summarizeLearningCurve(scores: readonly LearningScore[]): LearningPoint[] {
  const subjects = [...new Set(scores.map(({ subject }) => subject))]
  const steps = [...new Set(scores.map(({ step }) => step))].sort((a, b) => a - b)
  return steps.map((step) => {
    const here = subjects.map((subject) => {
      const found = scores.filter((score) => score.step === step && score.subject === subject)
      if (found.length === 1) return found[0]!
      throw new LimbicError('VALUE_INVALID', {
        what: `a learning curve at step ${step}`,
        expected: `one score of sub-${subject}, as of every subject at every step`,
        found: `${found.length}`,
      })
    })
    return {
      minutes: here.reduce((sum, { minutes }) => sum + minutes, 0) / here.length,
      nSubjects: here.length,
      ...summarize(here.map(({ score }) => score)),
    }
  })
}

/**
 * The calibration that is long enough: from here on, the curve stays above a share of what the longest calibration gains over chance.
 *
 * @param curve - From `summarizeLearningCurve`.
 * @param chance - Score without any information.
 * @param share - Default 0.95.
 * @returns Minutes; null without points, or when even the longest calibration is not above chance.
 * @throws Never.
 */
export function sufficientMinutes(
  curve: readonly LearningPoint[],
  chance: number,
  share = 0.95,
): number | null {
  const last = curve.at(-1)
  if (last === undefined || last.mean <= chance) return null
  const wanted = chance + share * (last.mean - chance)
  const lastBelow = curve.findLastIndex(({ mean }) => mean < wanted)
  return curve[lastBelow + 1]!.minutes
}
