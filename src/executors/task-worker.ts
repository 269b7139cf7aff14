/** The worker thread of the pool: opens the dataset once, then does the tasks it is sent. */
import { workerData } from 'node:worker_threads'
import { describeFailure } from '../core/errors/failure.ts'
import type { RunPlan } from '../pipeline/run-plan.ts'
import { createTaskRunner, type TaskRunner } from '../pipeline/task-runner.ts'
import type { WorkerInput, WorkerOutput } from './pool.ts'

let opened: TaskRunner | undefined

/**
 * Does some tasks, one after the other. Piscina looks for a function exported by this name.
 *
 * @param input - The tasks, and where to tell of progress.
 * @returns Nothing when every task has left a result or an error; otherwise why the worker could not go on.
 * @throws Never.
 */
export async function runTasks({ tasks, events }: WorkerInput): Promise<WorkerOutput> {
  try {
    // Opened here and not when the module loads: an error there would end the whole pool.
    opened ??= createTaskRunner(planOf(workerData))
    for (const task of tasks) await opened(task, (event) => events.postMessage(event))
    return {}
  } catch (error) {
    return { failure: describeFailure(error) }
  } finally {
    events.close()
  }
}

/** Piscina hands workerData over behind its own. */
function planOf(data: unknown): RunPlan {
  return (Array.isArray(data) ? data[1] : data) as RunPlan
}
