/** Timed events -> one class index per volume (Int32Array of nVolumes, -1 = dropped). */
import { LimbicError } from '../core/errors/index.ts'
import { assertDesign, computeRegressors, type TimedEvent } from './hrf.ts'
import type { HrfKernel } from './hrf-kernel.ts'

/** The mark of a volume that belongs to no class. */
export const droppedLabel = -1

/** A class where a condition's predicted response dominates. */
export interface HrfLabelMethod {
  readonly kind: 'hrf'
  /** Smallest winning response, as a fraction of the largest of the run; 0.5 by default. */
  readonly threshold?: number
  /** Below this fraction a condition counts as silent; 0.1 by default. Where all are silent there is rest. */
  readonly restThreshold?: number
  /** `spm` by default. */
  readonly kernel?: HrfKernel
}

/** A class where a block, delayed by the lag, covers the volume's time. */
export interface ShiftLabelMethod {
  readonly kind: 'shift'
  readonly lagSeconds: number
  /** Volumes nearer than this to a change of class are dropped; 0 by default. */
  readonly transitionSeconds?: number
}

export interface LabelOptions {
  /** Class name -> its trial types. The order of the keys is the order of the class indices. */
  readonly classes: Readonly<Record<string, readonly string[]>>
  /** Class given to volumes where no condition is active. A trial type of the same name counts as rest too. */
  readonly restClass?: string
  readonly nVolumes: number
  readonly trSeconds: number
  readonly method: HrfLabelMethod | ShiftLabelMethod
}

export interface VolumeLabels {
  /** Class index per volume, into `classNames`; -1 = dropped. */
  readonly labels: Int32Array
  readonly classNames: readonly string[]
  /** Volumes per class. */
  readonly counts: Readonly<Record<string, number>>
  readonly nDropped: number
  /** Trial types of the events that no class names. Volumes under them are dropped, never called rest. */
  readonly unlistedTrialTypes: readonly string[]
}

/**
 * Labels every volume of a run with the class that was on, by the haemodynamic response or by a fixed lag.
 *
 * @param events - The events of the run.
 * @param options - Classes, volumes and method. Volume i is taken at `i * trSeconds`.
 * @returns Labels, class names and counts; the counts and `nDropped` sum to `nVolumes`.
 * @throws {LimbicError} `VALUE_INVALID` when an event's time is unusable, a trial type belongs to two classes, or the number of
 *   volumes or the TR is not usable.
 * @remarks `hrf`: the largest regressor wins if it reaches `threshold` times the run's largest; rest where every other condition
 *   is below `restThreshold`; what lies between is a transition and dropped. `shift`: the block that contains
 *   `i * trSeconds - lagSeconds`, its end excluded. A volume under two classes at once is dropped.
 */
export function labelVolumes(events: readonly TimedEvent[], options: LabelOptions): VolumeLabels {
  assertDesign(events, options)
  const plan = planClasses(events, options)
  const labels =
    options.method.kind === 'hrf'
      ? labelsByResponse(plan, options, options.method)
      : labelsByLag(plan, options, options.method)
  const counts: Record<string, number> = Object.fromEntries(
    plan.classNames.map((name, index) => [name, labels.filter((l) => l === index).length]),
  )
  return {
    labels,
    classNames: plan.classNames,
    counts,
    nDropped: labels.filter((label) => label === droppedLabel).length,
    unlistedTrialTypes: plan.unlistedTrialTypes,
  }
}

interface ClassPlan {
  readonly classNames: readonly string[]
  /** Index of the rest class, or -1. */
  readonly rest: number
  /** The events with their column: a class index, or `classNames.length` for a trial type that no class names. */
  readonly events: readonly (TimedEvent & { readonly column: number })[]
  readonly unlistedTrialTypes: readonly string[]
}

function planClasses(events: readonly TimedEvent[], options: LabelOptions): ClassPlan {
  const { classes, restClass } = options
  const named = Object.keys(classes)
  const classNames =
    restClass === undefined || named.includes(restClass) ? named : [...named, restClass]
  const columnOf = new Map<string, number>()
  for (const [name, trialTypes] of Object.entries(classes))
    for (const trialType of trialTypes) {
      const column = classNames.indexOf(name)
      const earlier = columnOf.get(trialType)
      if (earlier !== undefined && earlier !== column)
        throw new LimbicError('VALUE_INVALID', {
          what: `the classes: trial type "${trialType}"`,
          expected: 'each trial type in one class only',
          found: `it in "${classNames[earlier]}" and in "${name}"`,
        })
      columnOf.set(trialType, column)
    }
  const rest = restClass === undefined ? -1 : classNames.indexOf(restClass)
  if (restClass !== undefined && !columnOf.has(restClass)) columnOf.set(restClass, rest)
  return {
    classNames,
    rest,
    events: events.map((event) => ({
      ...event,
      column: columnOf.get(event.trialType) ?? classNames.length,
    })),
    unlistedTrialTypes: [...new Set(events.map((event) => event.trialType))]
      .filter((trialType) => !columnOf.has(trialType))
      .sort(),
  }
}

function labelsByResponse(
  plan: ClassPlan,
  options: LabelOptions,
  method: HrfLabelMethod,
): Int32Array {
  const { threshold = 0.5, restThreshold = 0.1, kernel = 'spm' } = method
  const { nVolumes, trSeconds } = options
  const nClasses = plan.classNames.length
  const columns = [...plan.classNames.keys(), nClasses].map(String)
  const byColumn = plan.events.map((event) => ({ ...event, trialType: `${event.column}` }))
  const { data, nCols } = computeRegressors(byColumn, columns, { nVolumes, trSeconds, kernel })
  // The run's largest response is that of its classes: a huge response to an unlisted type must not silence them.
  const largest = data.reduce(
    (max, value, i) => (i % nCols < nClasses && value > max ? value : max),
    0,
  )
  return Int32Array.from({ length: nVolumes }, (_, volume) => {
    const row = data.subarray(volume * nCols, (volume + 1) * nCols)
    const winner = row.reduce((best, value, i) => (value > row[best]! ? i : best), 0)
    if (winner < nClasses && largest > 0 && row[winner]! >= threshold * largest) return winner
    const silent = row.every((value, i) => i === plan.rest || value <= restThreshold * largest)
    return plan.rest >= 0 && silent ? plan.rest : droppedLabel
  })
}

function labelsByLag(plan: ClassPlan, options: LabelOptions, method: ShiftLabelMethod): Int32Array {
  const { lagSeconds, transitionSeconds = 0 } = method
  const changes = transitionSeconds > 0 ? changesOfClass(plan) : []
  return Int32Array.from({ length: options.nVolumes }, (_, volume) => {
    const seconds = volume * options.trSeconds - lagSeconds
    if (changes.some((change) => Math.abs(seconds - change) < transitionSeconds))
      return droppedLabel
    return classAt(plan, seconds)
  })
}

function classAt(plan: ClassPlan, seconds: number): number {
  const active = new Set(
    plan.events
      .filter(({ onset, duration }) => onset <= seconds && seconds < onset + duration)
      .map((event) => event.column),
  )
  if (active.size === 0) return plan.rest
  const [column] = active
  return active.size > 1 || column === plan.classNames.length ? droppedLabel : column!
}

/** Block borders at which the class changes: those inside a row of blocks of one class are none. */
function changesOfClass(plan: ClassPlan): number[] {
  const instant = 1e-6
  return plan.events
    .flatMap(({ onset, duration }) => [onset, onset + duration])
    .filter((border) => classAt(plan, border - instant) !== classAt(plan, border + instant))
}
