/** The worker thread of the pool: opens the dataset once, then runs the folds it is sent. */
import { workerData } from 'node:worker_threads'
import { createFoldRunner, type FoldRunner, type FoldTask } from '../pipeline/fold-task.ts'
import type { WorkerInput, WorkerOutput } from './pool.ts'
import { describeFailure } from './worker-failure.ts'

let opened: FoldRunner | undefined

/**
 * Runs one fold. Piscina looks for a function exported by this name.
 *
 * @param input - Whose fold, and where to tell of progress.
 * @returns The fold, or the error as plain data.
 * @throws Never.
 */
export async function runFold({ subject, events }: WorkerInput): Promise<WorkerOutput> {
  try {
    // Opened here and not when the module loads: an error there would end the whole pool.
    opened ??= createFoldRunner(taskOf(workerData))
    return { fold: await opened(subject, (event) => events.postMessage(event)) }
  } catch (error) {
    return { failure: describeFailure(error) }
  } finally {
    events.close()
  }
}

/** Piscina hands workerData over behind its own. */
function taskOf(data: unknown): FoldTask {
  return (Array.isArray(data) ? data[1] : data) as FoldTask
}
