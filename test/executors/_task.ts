/** A run of two folds within subjects, of which one can be made to fail without the other. */
import { join } from 'node:path'
import { silent } from '../../src/core/events.ts'
import type { Task } from '../../src/core/schemas/task.ts'
import { recordDataset } from '../../src/pipeline/dataset.ts'
import { cacheDirOf, type RunPlan } from '../../src/pipeline/run-plan.ts'
import { makeResultsFolder, type TaskOutcome } from '../../src/pipeline/task-results.ts'
import { planTasks } from '../../src/pipeline/tasks.ts'
import { tinyPipeline, writeDataset } from '../pipeline/_dataset.ts'

/** `permutations` tasks more per subject. */
export async function makePlan(dir: string, permutations = 0): Promise<RunPlan> {
  const bids = join(dir, 'bids')
  await writeDataset(bids, { subjects: 2, runs: 2 })
  const pipeline = tinyPipeline(
    'data.tasks=[emotion]',
    'data.calibration={ kind: rotate }',
    'select.mode=per-subject',
    'align.method=none',
    'evaluate.split=leave-one-run-out',
    `evaluate.permutations=${permutations}`,
  )
  const run = join(dir, 'run')
  const dataset = await recordDataset(bids, pipeline, cacheDirOf(run), silent)
  await makeResultsFolder(run)
  return { run, pipeline, dataset }
}

/** The same run in another folder, where nothing has been done. */
export async function elsewhere(plan: RunPlan, run: string): Promise<RunPlan> {
  await makeResultsFolder(run)
  return { ...plan, run }
}

/** The tasks of the named subjects, in that order. */
export function tasksOf(plan: RunPlan, ...subjects: readonly string[]): Task[] {
  const tasks = planTasks(plan.pipeline, plan.dataset)
  return subjects.flatMap((subject) => tasks.filter(({ fold }) => fold === subject))
}

/** The same run, with the images of one subject gone. */
export function withoutImages(plan: RunPlan, subject: string): RunPlan {
  const subjects = plan.dataset.subjects.map((one) =>
    one.subject === subject
      ? {
          ...one,
          runs: one.runs.map((run) => ({ ...run, bold: 'gone.nii.gz', seriesFile: 'gone.npy' })),
        }
      : one,
  )
  return { ...plan, dataset: { ...plan.dataset, subjects } }
}

/** The same run, with one run per subject: too few to leave one out. */
export function withoutRuns(plan: RunPlan): RunPlan {
  const subjects = plan.dataset.subjects.map((one) => ({ ...one, runs: one.runs.slice(0, 1) }))
  return { ...plan, dataset: { ...plan.dataset, subjects } }
}

/** Collects outcomes as they come. */
export function createCollector(): {
  readonly outcomes: TaskOutcome[]
  readonly onOutcome: (outcome: TaskOutcome) => Promise<void>
} {
  const outcomes: TaskOutcome[] = []
  return {
    outcomes,
    onOutcome: (outcome) => {
      outcomes.push(outcome)
      return Promise.resolve()
    },
  }
}
