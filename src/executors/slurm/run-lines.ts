/** Lines of a manifest -> their result files: what one element of a job array does, until it is done or asked to stop. */
import type { Task } from '../../core/schemas/task.ts'
import { LimbicError, isLimbicError } from '../../core/errors/index.ts'
import { silent } from '../../core/events.ts'
import type { RunPlan } from '../../pipeline/run-plan.ts'
import { forgetFailures, readOutcome, type TaskOutcome } from '../../pipeline/task-results.ts'
import { createTaskRunner } from '../../pipeline/task-runner.ts'
import { createPool } from '../pool.ts'

/** What an element of a job array is to do. */
export interface LinesToRun {
  readonly plan: RunPlan
  /** All tasks of the run. */
  readonly manifest: readonly Task[]
  /** Lines, from 1. */
  readonly lines: readonly number[]
  /** Tasks at a time. */
  readonly jobs: number
  /** Asked between tasks. */
  readonly isStopping: () => boolean
  /** Told of each task that was computed. */
  readonly onOutcome: (outcome: TaskOutcome) => void
}

/**
 * Does the tasks of some lines that have no outcome yet.
 *
 * @param work - The run, the lines, and whom to ask and to tell.
 * @returns Whether every line has an outcome now; not so when it was asked to stop, or when a network paused on its way.
 * @throws {LimbicError} `OPTION_INVALID` for a line that the manifest does not have; as `createTaskRunner`.
 */
export async function runLines(work: LinesToRun): Promise<boolean> {
  const { plan, lines, manifest, jobs, onOutcome } = work
  const tasks: Task[] = []
  for (const line of lines) {
    const task = manifest[line - 1]
    if (task === undefined)
      throw new LimbicError('OPTION_INVALID', {
        option: '--lines',
        expected: `lines of the manifest, 1 to ${manifest.length}`,
        found: `${line}`,
      })
    // An element that is started again, after its node was lost, goes on where it was.
    if ((await readOutcome(plan.run, task)) === undefined) tasks.push(task)
  }
  let isComplete = true
  const take = async (outcome: TaskOutcome): Promise<void> => {
    if ('error' in outcome && isLimbicError(outcome.error, 'RUN_PAUSED')) {
      await forgetFailures(plan.run, [outcome.task])
      isComplete = false
    } else onOutcome(outcome)
  }
  if (jobs > 1) await createPool(jobs)(plan, tasks, silent, take)
  else if (tasks.length > 0) await runOneByOne(work, tasks, take)
  if (!isComplete || jobs > 1) return isComplete
  for (const task of tasks) if ((await readOutcome(plan.run, task)) === undefined) return false
  return true
}

async function runOneByOne(
  { plan, isStopping }: LinesToRun,
  tasks: readonly Task[],
  take: (outcome: TaskOutcome) => Promise<void>,
): Promise<void> {
  const run = createTaskRunner(plan)
  for (const task of tasks) {
    // A signal is only seen when the event loop turns.
    await new Promise((resolve) => setImmediate(resolve))
    if (isStopping()) return
    await take(await run(task, silent))
  }
}
