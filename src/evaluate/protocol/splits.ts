/** A subject's runs -> the ways they split into calibration and evaluation. The two never share a run. */
import { LimbicError } from '../../core/errors/index.ts'
import type { DataStep, Pipeline } from '../../core/schemas/pipeline.ts'
import { planLearningCurve } from '../learning-curve.ts'
import { cutRun } from './cut-run.ts'
import type { RunData, SubjectData } from './subject-data.ts'

/** How the runs of a subject take part. `runs` replaces them where runs are cut in time. */
export type Split = Pick<SubjectData, 'rotations' | 'training'> & Partial<Pick<SubjectData, 'runs'>>

/** What runs are wanted for: to `evaluate` a subject takes runs to score, to `calibrate` it for a decoder that exists does not. */
export type SplitPurpose = 'evaluate' | 'calibrate'

/**
 * Splits the runs of one subject as its pipeline says.
 *
 * @param subject - Label, for messages.
 * @param runs - All runs of the subject, in order.
 * @param pipeline - Says by which protocol, and which runs calibrate.
 * @param purpose - Whether runs to score must be left.
 * @returns The rotations, and the subject's part in training. Protocol `paper` knows no calibration: there are no rotations.
 * @throws {LimbicError} As `splitRuns`.
 */
export function splitSubject(
  subject: string,
  runs: readonly RunData[],
  { protocol, data }: Pick<Pipeline, 'protocol' | 'data'>,
  purpose: SplitPurpose = 'evaluate',
): Split {
  if (protocol === 'strict') return splitRuns(subject, runs, data, purpose)
  return { rotations: [], training: { calibration: runs, labelled: runs } }
}

/**
 * Splits the runs of one subject.
 *
 * @param subject - Label, for messages.
 * @param runs - All runs of the subject, in order.
 * @param step - Says which runs calibrate.
 * @param purpose - Whether runs to score must be left.
 * @returns The rotations, and the subject's part in training.
 * @throws {LimbicError} `STRICT_NEEDS_TWO_RUNS` when nothing is left to calibrate on or to score.
 */
export function splitRuns(
  subject: string,
  runs: readonly RunData[],
  step: Pick<DataStep, 'calibration'>,
  purpose: SplitPurpose = 'evaluate',
): Split {
  const isScored = purpose === 'evaluate'
  if (isScored && runs.length < 2 && step.calibration.kind !== 'minutes')
    throw new LimbicError('STRICT_NEEDS_TWO_RUNS', { subject, found: runs.map((run) => run.key) })
  if (step.calibration.kind === 'rotate') return isScored ? rotate(runs) : calibrateOnAll(runs)
  if (step.calibration.kind === 'minutes')
    return isScored ? splitByMinutes(subject, runs, step.calibration) : calibrateOnAll(runs)
  const isCalibration = calibrationTest(runs, step.calibration)
  const calibration = runs.filter(isCalibration)
  const evaluation = runs.filter((run) => !isCalibration(run))
  if (calibration.length === 0 || (isScored && evaluation.length === 0))
    throw new LimbicError('CALIBRATION_RUNS_MISSING', {
      subject,
      rule: formatRule(step.calibration),
      nCalibration: calibration.length,
      nEvaluation: evaluation.length,
      found: runs.map((run) => run.key),
    })
  // Runs of a calibration task carry no labels of their own; calibration runs of the same task do, and train.
  const labelled = runs.filter((run) => run.labels.some((label) => label >= 0))
  return { rotations: [{ calibration, evaluation }], training: { calibration, labelled } }
}

function rotate(runs: readonly RunData[]): Split {
  const rotations = runs
    .filter((run) => run.labels.some((label) => label >= 0))
    .map((scored) => ({
      calibration: runs.filter((run) => run !== scored),
      evaluation: [scored],
    }))
  return { rotations, training: { calibration: runs, labelled: runs } }
}

/** Cuts the runs in time: the beginning calibrates, the rest is scored, and what lies between them in one run is dropped. */
function splitByMinutes(
  subject: string,
  runs: readonly RunData[],
  rule: Extract<DataStep['calibration'], { kind: 'minutes' }>,
): Split {
  const { nVolumes } = planLearningCurve(runs, [rule.minutes])[0] ?? { nVolumes: [] }
  const calibration = runs.flatMap((run, r) =>
    nVolumes[r]! < 2 ? [] : [cutRun(run, 0, nVolumes[r]!)],
  )
  const evaluation = runs.flatMap((run, r) => {
    const isCut = nVolumes[r]! > 0 && nVolumes[r]! < run.nVolumes
    const purged = isCut ? Math.ceil(rule.purgeSeconds / run.trSeconds - 1e-9) : 0
    const from = nVolumes[r]! + purged
    return from < run.nVolumes ? [cutRun(run, from, run.nVolumes)] : []
  })
  if (calibration.length === 0 || evaluation.length === 0)
    throw new LimbicError('CALIBRATION_RUNS_MISSING', {
      ...{ subject, rule: formatRule(rule), found: runs.map((run) => run.key) },
      ...{ nCalibration: calibration.length, nEvaluation: evaluation.length },
    })
  const parts = [...calibration, ...evaluation]
  const labelled = parts.filter((run) => run.labels.some((label) => label >= 0))
  return {
    runs: parts,
    rotations: [{ calibration, evaluation }],
    training: { calibration, labelled },
  }
}

function calibrateOnAll(runs: readonly RunData[]): Split {
  return {
    rotations: [{ calibration: runs, evaluation: [] }],
    training: { calibration: runs, labelled: runs },
  }
}

function calibrationTest(
  runs: readonly RunData[],
  rule: Extract<DataStep['calibration'], { kind: 'task' | 'first' }>,
): (run: RunData) => boolean {
  if (rule.kind === 'task') return (run) => run.id.task === rule.task
  const first = new Set(runs.slice(0, rule.runs))
  return (run) => first.has(run)
}

function formatRule(rule: DataStep['calibration']): string {
  if (rule.kind === 'task') return `runs of task "${rule.task}" calibrate, the others are scored`
  if (rule.kind === 'first') return `the first ${rule.runs} run(s) calibrate, the others are scored`
  if (rule.kind === 'minutes')
    return `the first ${rule.minutes} minutes calibrate, what follows after ${rule.purgeSeconds} s is scored`
  return 'every run is scored in turn'
}
