/** A BIDS dataset -> a folder of derivatives that `data.derivatives` of a pipeline reads. Started again, it makes only what is missing. */
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Emit } from '../../core/events.ts'
import { createFinding, isLimbicError, LimbicError, type Finding } from '../../core/errors/index.ts'
import { writeFileAtomic, writeJsonAtomic } from '../../io/artifacts.ts'
import { indexBids, type BidsRun } from '../../io/bids/index.ts'
import { limbicVersion } from '../provenance.ts'
import type { PreprocessOptions } from './options.ts'
import { planRuns, type PreprocessTask } from './plan-runs.ts'
import type { PreprocessedRun } from './preprocess-run.ts'

/** What became of one run. */
export type PreprocessOutcome =
  | { readonly task: PreprocessTask; readonly done: PreprocessedRun }
  | { readonly task: PreprocessTask; readonly error: Error }

/** What all runs of a call share; plain data. */
export interface PreprocessJob {
  readonly out: string
  readonly settings: PreprocessOptions
}

/** Preprocesses runs somewhere and hands over each as it ends. */
export type PreprocessExecutor = (
  job: PreprocessJob,
  tasks: readonly PreprocessTask[],
  emit: Emit,
  onOutcome: (outcome: PreprocessOutcome) => void,
) => Promise<void>

export interface PreprocessDatasetOptions extends PreprocessJob {
  readonly bids: string
  /** Labels; all when absent. */
  readonly subjects?: readonly string[]
  readonly tasks?: readonly string[]
  /** Label of the task whose runs give the reference volumes; by default each subject's first run does. */
  readonly referenceTask?: string
  readonly execute: PreprocessExecutor
  readonly emit: Emit
}

export interface PreprocessedDataset {
  /** In the order of their keys. */
  readonly runs: readonly PreprocessedRun[]
  /** Of the dataset and of all runs; those of runs that failed are of severity error. */
  readonly findings: readonly Finding[]
}

/**
 * Preprocesses a dataset.
 *
 * @param options - What, where to, how, and what runs it.
 * @returns The runs that could be preprocessed, and all findings. A run that fails leaves the others alone.
 * @throws {LimbicError} `FILE_NOT_FOUND`; `DATASET_UNUSABLE` when not a single run can be read.
 */
export async function preprocessDataset(
  options: PreprocessDatasetOptions,
): Promise<PreprocessedDataset> {
  const { bids, out, settings, subjects, tasks: task, referenceTask, emit } = options
  const index = await indexBids(bids, {
    ...(subjects === undefined ? {} : { subjects }),
    ...(task === undefined ? {} : { task }),
  })
  // Labels are of no concern here.
  const found = index.findings.filter(({ code }) => code !== 'EVENTS_MISSING')
  if (index.runs.length === 0)
    throw new LimbicError('DATASET_UNUSABLE', {
      dataset: bids,
      findings: found.map(({ code, message }) => `${code} ${message}`),
    })
  for (const finding of found) emit({ type: 'finding', finding })
  await describeOutput(out, bids, index.name)
  const runs = withoutMisfits(index.runs)
  const planned = await planRuns(runs, {
    rule: 'typical',
    ...(referenceTask === undefined ? {} : { prefer: (run) => run.id.task === referenceTask }),
  })
  const outcomes = await runTasks(options, planned)
  const done = outcomes.flatMap((outcome) => ('done' in outcome ? [outcome.done] : []))
  const failed = outcomes.flatMap((outcome) => ('error' in outcome ? [describe(outcome)] : []))
  return {
    runs: done,
    findings: [...found, ...done.flatMap((run) => run.findings), ...failed],
  }

  async function runTasks(
    { execute }: PreprocessDatasetOptions,
    tasks: readonly PreprocessTask[],
  ): Promise<readonly PreprocessOutcome[]> {
    const progress = { stage: 'preprocess', total: tasks.length, unit: 'runs' }
    const ended: PreprocessOutcome[] = []
    const seen = new Map<string, number>()
    const started = performance.now()
    emit({ type: 'start', ...progress })
    await execute({ out, settings }, tasks, emit, (outcome) => {
      ended.push(outcome)
      const findings = 'done' in outcome ? outcome.done.findings : [describe(outcome)]
      for (const finding of findings) {
        const count = (seen.get(finding.code) ?? 0) + 1
        seen.set(finding.code, count)
        if (finding.severity === 'error' || count <= maxAlike) emit({ type: 'finding', finding })
      }
      emit({ type: 'progress', ...progress, done: ended.length })
    })
    emit({ type: 'done', stage: 'preprocess', seconds: (performance.now() - started) / 1000 })
    return ended.sort((a, b) => (a.task.run.key < b.task.run.key ? -1 : 1))
  }
}

/** Warnings of one code that are told of as they come; the others are in the result and on the pages of their runs. */
const maxAlike = 2

/** A run of another matrix than the first of its subject has been found fault with; it would never fit the others. */
function withoutMisfits(runs: readonly BidsRun[]): readonly BidsRun[] {
  return runs.filter((run) => {
    const first = runs.find(({ id }) => id.subject === run.id.subject)!
    return run.header.grid.shape.every((n, axis) => n === first.header.grid.shape[axis])
  })
}

function describe({ task, error }: Extract<PreprocessOutcome, { error: Error }>): Finding {
  const { bold } = task.run
  if (!isLimbicError(error)) throw error
  return createFinding('error', 'PREPROCESS_FAILED', {
    run: bold,
    code: error.code,
    message: error.message,
  })
}

async function describeOutput(out: string, bids: string, name: string): Promise<void> {
  await writeJsonAtomic(join(out, 'dataset_description.json'), {
    Name: `${name}, preprocessed`,
    BIDSVersion: '1.10.0',
    DatasetType: 'derivative',
    GeneratedBy: [{ Name: 'limbic', Version: limbicVersion() }],
    SourceDatasets: [{ URL: pathToFileURL(resolve(bids)).href }],
  })
  await writeFileAtomic(join(out, '.bidsignore'), '*.html\nfigures/\nlogs/\n')
}
