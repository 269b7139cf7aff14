/** Tasks of a run -> their result files; what executors have in common, wherever they run. */
import type { Emit } from '../core/events.ts'
import type { Task } from '../core/schemas/task.ts'
import { createFoldRunner, type FoldRunner } from './fold-task.ts'
import { cacheDirOf, type RunPlan } from './run-plan.ts'
import { writeOutcome, type TaskOutcome } from './task-results.ts'

/** Does one task and keeps what came of it. */
export type TaskRunner = (task: Task, emit: Emit) => Promise<TaskOutcome>

/**
 * Does tasks somewhere, leaves what came of each in the run's folder of results, and tells of each as it ends.
 * It throws when it cannot go on at all; a task that fails is an outcome.
 */
export type TaskExecutor = (
  plan: RunPlan,
  tasks: readonly Task[],
  emit: Emit,
  onOutcome: (outcome: TaskOutcome) => Promise<void>,
) => Promise<void>

/**
 * Makes the runner of the tasks of a run.
 *
 * @param plan - The run; its folder of results is there.
 * @returns The runner. A task that fails is an outcome; it throws when what came of a task cannot be kept.
 * @throws {LimbicError} As `createFoldRunner`.
 */
export function createTaskRunner(plan: RunPlan): TaskRunner {
  const run = createFoldRunner({ ...plan, cacheDir: cacheDirOf(plan.run) })
  return async (task, emit) => {
    const started = performance.now()
    const outcome = await outcomeOf(run, task, emit)
    await writeOutcome(plan.run, outcome, (performance.now() - started) / 1000)
    return outcome
  }
}

async function outcomeOf(run: FoldRunner, task: Task, emit: Emit): Promise<TaskOutcome> {
  try {
    return { task, ...(await run(task, emit)) }
  } catch (error) {
    return { task, error: error instanceof Error ? error : new Error(String(error)) }
  }
}
