/** Result files of a run, all of them or those there are so far -> folds, report.json and report.html. */
import { join } from 'node:path'
import { createFinding, isLimbicError, LimbicError, type Finding } from '../core/errors/index.ts'
import type { Report } from '../core/schemas/report.ts'
import type { Task } from '../core/schemas/task.ts'
import { assembleReport } from '../evaluate/assemble-report.ts'
import { formatReportHtml } from '../evaluate/report/index.ts'
import { writeFileAtomic, writeJsonAtomic } from '../io/artifacts.ts'
import { hashKey } from './cache.ts'
import { readReportMaps } from './maps/read-report-maps.ts'
import { writeSelectionMaps } from './maps/selection-maps.ts'
import { describeData, describeEngine, limbicVersion, readOracle } from './provenance.ts'
import type { RunPlan } from './run-plan.ts'
import { readOutcome, type TaskOutcome } from './task-results.ts'
import { settingsOf } from './tasks.ts'

/** What a run has come to. */
export interface CollectedRun {
  readonly report: Report
  /** Tasks without a result and without an error. */
  readonly missing: readonly Task[]
  /** Errors of folds with the true labels, by subject. */
  readonly errors: readonly Error[]
}

/**
 * Gathers the results of a run and writes its folds, its maps and its report.
 *
 * @param plan - The run.
 * @param tasks - All of its tasks.
 * @returns The report and what is missing from it. Folds that are missing or failed are named among `failedFolds`; permutations that lack
 *   a fold are not counted, and a warning says how many.
 * @throws The error of the file system.
 * @remarks Reads result files and changes none, so that it may be called at any moment, while others are being written too.
 */
export async function collectRun(plan: RunPlan, tasks: readonly Task[]): Promise<CollectedRun> {
  const { run, pipeline } = plan
  const outcomes: TaskOutcome[] = []
  const missing: Task[] = []
  for (const task of tasks) {
    const outcome = await readOutcome(run, task)
    const isPaused =
      outcome !== undefined && 'error' in outcome && isLimbicError(outcome.error, 'RUN_PAUSED')
    if (outcome === undefined || isPaused) missing.push(task)
    else outcomes.push(outcome)
  }
  const folds = outcomes.flatMap((outcome) => ('fold' in outcome ? [outcome.fold] : []))
  for (const fold of folds) await writeJsonAtomic(join(run, 'folds', `${fold.subject}.json`), fold)
  await writeSelectionMaps(plan, folds)
  const failed = failedFolds(outcomes, missing)
  const permuted = outcomes.flatMap((outcome) =>
    'scores' in outcome
      ? [{ ...outcome.task, subject: outcome.task.fold, scores: outcome.scores }]
      : [],
  )
  const report = assembleReport({
    pipeline,
    classes: plan.dataset.classes,
    folds,
    failedFolds: failed.map(({ subject, error }) => ({
      subject,
      code: isLimbicError(error) ? error.code : 'INTERNAL',
      message: error.message,
    })),
    ...(pipeline.evaluate.permutations === 0 ? {} : { permuted }),
    ...(await describeRun(plan)),
    findings: [
      ...plan.dataset.findings,
      ...findIncomplete(
        plan,
        folds.map(({ subject }) => subject),
        outcomes,
      ),
    ],
  })
  await writeJsonAtomic(join(run, 'report.json'), report)
  await writeFileAtomic(
    join(run, 'report.html'),
    formatReportHtml(report, await readReportMaps(run)),
  )
  return { report, missing, errors: failed.map(({ error }) => error) }
}

async function describeRun({
  pipeline,
  dataset,
}: RunPlan): Promise<Pick<Parameters<typeof assembleReport>[0], 'data' | 'oracle' | 'provenance'>> {
  return {
    data: describeData(dataset),
    oracle: await readOracle(dataset.root, dataset.classes),
    provenance: {
      version: limbicVersion(),
      seed: pipeline.seed,
      engine: await describeEngine(pipeline),
      configSha256: hashKey('settings', settingsOf(pipeline)),
      datasetSha256: dataset.sha256,
      node: process.versions.node,
    },
  }
}

interface FailedFold {
  readonly subject: string
  readonly error: Error
}

function failedFolds(
  outcomes: readonly TaskOutcome[],
  missing: readonly Task[],
): readonly FailedFold[] {
  const failed = outcomes.flatMap((outcome) =>
    'error' in outcome && outcome.task.permutation === 0
      ? [{ subject: outcome.task.fold, error: outcome.error }]
      : [],
  )
  const absent = missing
    .filter(({ permutation }) => permutation === 0)
    .map(({ fold }) => ({ subject: fold, error: new LimbicError('TASK_MISSING', { fold }) }))
  return [...failed, ...absent].sort((a, b) => (a.subject < b.subject ? -1 : 1))
}

/** Permutations that lack the fold of a scored subject, because it failed or has not been computed. */
function findIncomplete(
  { pipeline }: RunPlan,
  subjects: readonly string[],
  outcomes: readonly TaskOutcome[],
): readonly Finding[] {
  const planned = pipeline.evaluate.permutations
  const nScored = new Map<number, number>()
  for (const { task, ...value } of outcomes)
    if ('scores' in value && subjects.includes(task.fold))
      nScored.set(task.permutation, (nScored.get(task.permutation) ?? 0) + 1)
  const complete = [...nScored.values()].filter((n) => n === subjects.length).length
  if (complete === planned) return []
  const failed = outcomes.find((outcome) => 'error' in outcome && outcome.task.permutation > 0)
  return [
    createFinding('warning', 'PERMUTATIONS_INCOMPLETE', {
      planned,
      complete,
      ...(failed !== undefined && 'error' in failed
        ? { failure: failed.error.message.split('\n')[0] ?? '' }
        : {}),
    }),
  ]
}
