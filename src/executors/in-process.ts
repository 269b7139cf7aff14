/** Tasks one after the other in this process. */
import { createTaskRunner, type TaskExecutor } from '../pipeline/task-runner.ts'

/**
 * Runs tasks in this process.
 *
 * @param plan - The run.
 * @param tasks - The tasks.
 * @param emit - Told of progress within tasks.
 * @param onOutcome - Given each outcome as it comes.
 * @returns When all tasks have ended; a task that throws is an outcome.
 * @throws {LimbicError} As `createTaskRunner`.
 */
export const runInProcess: TaskExecutor = async (plan, tasks, emit, onOutcome) => {
  const run = createTaskRunner(plan)
  for (const task of tasks) await onOutcome(await run(task, emit))
}
