/** A pipeline and a dataset -> a run directory: folds, report, resolved settings and log. Killed and started again, it redoes only what is missing. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Emit } from '../core/events.ts'
import { isLimbicError, LimbicError } from '../core/errors/index.ts'
import type { Pipeline } from '../core/schemas/pipeline.ts'
import type { Fold, Report } from '../core/schemas/report.ts'
import { assembleReport } from '../evaluate/assemble-report.ts'
import { formatReportHtml } from '../evaluate/report/index.ts'
import { writeFileAtomic, writeJsonAtomic } from '../io/artifacts.ts'
import { hashKey } from './cache.ts'
import { openDataset, recordDataset, type DatasetRecord } from './dataset.ts'
import { settingsOf, type FoldTask } from './fold-task.ts'
import { describeData, describeEngine, limbicVersion, readOracle } from './provenance.ts'

/** Result of one fold: what it found, or why it failed. */
export type FoldOutcome =
  | { readonly subject: string; readonly fold: Fold }
  | { readonly subject: string; readonly error: Error }

/** Runs the folds of a task somewhere and hands over each as it ends. */
export type FoldExecutor = (
  task: FoldTask,
  subjects: readonly string[],
  emit: Emit,
  onOutcome: (outcome: FoldOutcome) => Promise<void>,
) => Promise<void>

export interface RunOptions {
  readonly pipeline: Pipeline
  readonly bids: string
  readonly out: string
  /** Reuse the folder of another run: stages that still fit are kept, results are replaced. */
  readonly resume: boolean
  readonly execute: FoldExecutor
  readonly emit: Emit
}

/**
 * Runs a pipeline on a dataset.
 *
 * @param options - What to run, on what, and where to.
 * @returns The report, which also lies in `<out>/report.json` and `<out>/report.html`.
 * @throws {LimbicError} As `recordDataset`; `RUN_DIRECTORY_TAKEN`; the first fold's error when every fold failed (the report is written even then).
 */
export async function runPipeline(options: RunOptions): Promise<Report> {
  const { pipeline, out, emit } = options
  const cacheDir = join(out, 'cache')
  await mkdir(join(out, 'folds'), { recursive: true })
  const dataset = await recordDataset(options.bids, pipeline, cacheDir, emit)
  // Opened here only to be refused here: what is wrong with the dataset is said once, not once per fold.
  openDataset(dataset, pipeline)
  const runId = hashKey('run', { pipeline: settingsOf(pipeline), dataset: dataset.sha256 })
  await claimDirectory(options, dataset, runId)
  const outcomes = await runFolds(options, { pipeline, dataset, cacheDir })
  const report = assembleReport(await describeRun(options, dataset, outcomes))
  await writeJsonAtomic(join(out, 'report.json'), report)
  await writeFileAtomic(join(out, 'report.html'), formatReportHtml(report))
  assertSomeFold(outcomes)
  return report
}

async function runFolds(options: RunOptions, task: FoldTask): Promise<readonly FoldOutcome[]> {
  const { out, emit } = options
  const subjects = task.dataset.subjects.map(({ subject }) => subject)
  const outcomes: FoldOutcome[] = []
  const progress = { stage: 'folds', total: subjects.length, unit: 'subjects' }
  const started = performance.now()
  emit({ type: 'start', ...progress })
  await options.execute(task, subjects, emit, async (outcome) => {
    outcomes.push(outcome)
    if ('fold' in outcome)
      await writeJsonAtomic(join(out, 'folds', `${outcome.subject}.json`), outcome.fold)
    else
      emit({
        type: 'note',
        message: `sub-${outcome.subject} failed. ${codeOf(outcome.error)}: ${outcome.error.message}`,
      })
    emit({ type: 'progress', ...progress, done: outcomes.length, detail: describe(outcome) })
  })
  emit({ type: 'done', stage: 'folds', seconds: (performance.now() - started) / 1000 })
  return outcomes.sort((a, b) => (a.subject < b.subject ? -1 : 1))
}

function describe(outcome: FoldOutcome): string {
  if ('error' in outcome) return `sub-${outcome.subject} failed`
  const first = Object.values(outcome.fold.models)[0]!
  return `sub-${outcome.subject} ${first.calibrated.balancedAccuracy.toFixed(3)}`
}

async function claimDirectory(
  { pipeline, out, resume }: RunOptions,
  dataset: DatasetRecord,
  runId: string,
): Promise<void> {
  const file = join(out, 'run.json')
  if (existsSync(file)) {
    const { id } = JSON.parse(await readFile(file, 'utf8')) as { id: string }
    if (id !== runId && !resume)
      throw new LimbicError('RUN_DIRECTORY_TAKEN', { dir: out, found: id, wanted: runId })
    // Folds of another run must not lie beside those of this one, nor its report beside them if this run is killed.
    if (id !== runId)
      for (const name of ['folds', 'report.json', 'report.html'])
        await rm(join(out, name), { recursive: true, force: true })
  }
  await writeJsonAtomic(file, { id: runId, version: limbicVersion() })
  await writeFileAtomic(join(out, 'pipeline.resolved.yaml'), stringify(pipeline))
  await writeJsonAtomic(join(out, 'dataset_description.json'), {
    Name: `limbic ${pipeline.name}`,
    BIDSVersion: '1.9.0',
    DatasetType: 'derivative',
    GeneratedBy: [{ Name: 'limbic', Version: limbicVersion() }],
    SourceDatasets: [{ URL: dataset.root }],
  })
}

async function describeRun(
  { pipeline, bids }: RunOptions,
  dataset: DatasetRecord,
  outcomes: readonly FoldOutcome[],
): Promise<Parameters<typeof assembleReport>[0]> {
  return {
    pipeline,
    classes: dataset.classes,
    folds: outcomes.flatMap((outcome) => ('fold' in outcome ? [outcome.fold] : [])),
    failedFolds: outcomes.flatMap((outcome) =>
      'error' in outcome
        ? [
            {
              subject: outcome.subject,
              code: codeOf(outcome.error),
              message: outcome.error.message,
            },
          ]
        : [],
    ),
    data: describeData(dataset),
    oracle: await readOracle(bids),
    provenance: {
      version: limbicVersion(),
      seed: pipeline.seed,
      engine: await describeEngine(pipeline),
      configSha256: hashKey('settings', settingsOf(pipeline)),
      datasetSha256: dataset.sha256,
    },
    findings: dataset.findings,
  }
}

function codeOf(error: Error): string {
  return isLimbicError(error) ? error.code : 'INTERNAL'
}

function assertSomeFold(outcomes: readonly FoldOutcome[]): void {
  const failed = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []))
  if (failed.length === outcomes.length && failed[0] !== undefined) throw failed[0]
}
