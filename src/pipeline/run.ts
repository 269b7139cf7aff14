/** A pipeline and a dataset -> a run directory: tasks, results, report, resolved settings and log. Killed and started again, it redoes only what is missing. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Emit } from '../core/events.ts'
import { isLimbicError, LimbicError } from '../core/errors/index.ts'
import type { Pipeline } from '../core/schemas/pipeline.ts'
import type { Report } from '../core/schemas/report.ts'
import type { Task } from '../core/schemas/task.ts'
import { writeFileAtomic, writeJsonAtomic } from '../io/artifacts.ts'
import { hashKey } from './cache.ts'
import { collectRun } from './collect-run.ts'
import { openDataset, recordDataset, type DatasetRecord } from './dataset.ts'
import { limbicVersion } from './provenance.ts'
import { cacheDirOf, writePlan, type RunPlan } from './run-plan.ts'
import { createRunProgress } from './run-progress.ts'
import { forgetFailures, makeResultsFolder, readValue, type TaskOutcome } from './task-results.ts'
import type { TaskExecutor } from './task-runner.ts'
import { planTasks, settingsOf, writeManifest } from './tasks.ts'

export interface RunOptions {
  readonly pipeline: Pipeline
  readonly bids: string
  readonly out: string
  /** Reuse the folder of another run: stages that still fit are kept, results are replaced. */
  readonly resume: boolean
  readonly execute: TaskExecutor
  readonly emit: Emit
  /** When the run pauses, as `Date.now()`. */
  readonly deadline?: number
}

/**
 * Runs a pipeline on a dataset.
 *
 * @param options - What to run, on what, and where to.
 * @returns The report, which also lies in `<out>/report.json` and `<out>/report.html`.
 * @throws {LimbicError} As `recordDataset`; `RUN_DIRECTORY_TAKEN`; the first fold's error when every fold failed (the report is written even then);
 *   `RUN_PAUSED` at the deadline, before there is a report.
 */
export async function runPipeline(options: RunOptions): Promise<Report> {
  const { pipeline, out, emit } = options
  await mkdir(join(out, 'folds'), { recursive: true })
  const dataset = await recordDataset(options.bids, pipeline, cacheDirOf(out), emit)
  // Opened here only to be refused here: what is wrong with the dataset is said once, not once per fold.
  openDataset(dataset, pipeline)
  await claimDirectory(options, dataset)
  const { deadline } = options
  const plan: RunPlan = {
    ...{ run: out, pipeline, dataset },
    ...(deadline === undefined ? {} : { deadline }),
  }
  const tasks = planTasks(pipeline, dataset)
  await writePlan(plan)
  await writeManifest(out, tasks)
  await makeResultsFolder(out)
  await runMissing(options, plan, tasks)
  const { report, errors } = await collectRun(plan, tasks)
  const nFolds = tasks.filter(({ permutation }) => permutation === 0).length
  if (errors.length === nFolds && errors[0] !== undefined) throw errors[0]
  return report
}

/** Tasks that have a result are told of as if they had just ended; only the others are run. */
async function runMissing(
  { execute, emit }: RunOptions,
  plan: RunPlan,
  tasks: readonly Task[],
): Promise<void> {
  const progress = createRunProgress(tasks, emit)
  const missing: Task[] = []
  for (const task of tasks) {
    const found = await readValue(plan.run, task)
    const stage = task.permutation === 0 ? 'fold' : 'permutation'
    emit({ type: 'cache', stage, key: task.inputsHash, hit: found !== undefined })
    if (found === undefined) missing.push(task)
    else progress.found(found)
  }
  await forgetFailures(plan.run, missing)
  let pause: LimbicError | undefined
  const onOutcome = async (outcome: TaskOutcome): Promise<void> => {
    if ('error' in outcome && isLimbicError(outcome.error, 'RUN_PAUSED')) {
      pause ??= outcome.error
      return
    }
    if ('fold' in outcome)
      await writeJsonAtomic(join(plan.run, 'folds', `${outcome.fold.subject}.json`), outcome.fold)
    progress.ended(outcome)
  }
  if (missing.length > 0) await execute(plan, missing, emit, onOutcome)
  progress.done()
  if (pause !== undefined) throw pause
}

async function claimDirectory(
  { pipeline, out, resume }: RunOptions,
  dataset: DatasetRecord,
): Promise<void> {
  const runId = hashKey('run', { pipeline: settingsOf(pipeline), dataset: dataset.sha256 })
  const file = join(out, 'run.json')
  if (existsSync(file)) {
    const { id } = JSON.parse(await readFile(file, 'utf8')) as { id: string }
    if (id !== runId && !resume)
      throw new LimbicError('RUN_DIRECTORY_TAKEN', { dir: out, found: id, wanted: runId })
    // Results of another run must not lie beside those of this one, nor its report beside them if this run is killed.
    if (id !== runId)
      for (const name of ['folds', 'results', 'maps', 'report.json', 'report.html'])
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
