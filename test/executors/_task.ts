/** Folds within two subjects, of which one can be made to fail without the other. */
import { join } from 'node:path'
import { silent } from '../../src/core/events.ts'
import { recordDataset } from '../../src/pipeline/dataset.ts'
import type { FoldTask } from '../../src/pipeline/fold-task.ts'
import type { FoldOutcome } from '../../src/pipeline/run.ts'
import { tinyPipeline, writeDataset } from '../pipeline/_dataset.ts'

export async function makeTask(dir: string): Promise<FoldTask> {
  const bids = join(dir, 'bids')
  await writeDataset(bids, { subjects: 2, runs: 2 })
  const pipeline = tinyPipeline(
    'data.tasks=[emotion]',
    'data.calibration={ kind: rotate }',
    'select.mode=per-subject',
    'align.method=none',
    'evaluate.split=leave-one-run-out',
  )
  const cacheDir = join(dir, 'cache')
  const dataset = await recordDataset(bids, pipeline, cacheDir, silent)
  return { pipeline, dataset, cacheDir }
}

/** The same task, with the images of one subject gone. */
export function withoutImages(task: FoldTask, subject: string, cacheDir: string): FoldTask {
  const subjects = task.dataset.subjects.map((one) =>
    one.subject === subject
      ? {
          ...one,
          runs: one.runs.map((run) => ({ ...run, bold: 'gone.nii.gz', seriesFile: 'gone.npy' })),
        }
      : one,
  )
  return { ...task, cacheDir, dataset: { ...task.dataset, subjects } }
}

/** The same task, with one run per subject: too few to leave one out. */
export function withoutRuns(task: FoldTask): FoldTask {
  const subjects = task.dataset.subjects.map((one) => ({ ...one, runs: one.runs.slice(0, 1) }))
  return { ...task, dataset: { ...task.dataset, subjects } }
}

/** Collects outcomes as they come. */
export function createCollector(): {
  readonly outcomes: FoldOutcome[]
  readonly onOutcome: (outcome: FoldOutcome) => Promise<void>
} {
  const outcomes: FoldOutcome[] = []
  return {
    outcomes,
    onOutcome: (outcome) => {
      outcomes.push(outcome)
      return Promise.resolve()
    },
  }
}
