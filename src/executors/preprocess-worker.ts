/** The worker thread of the preprocessing pool: preprocesses the runs it is sent, one at a time. */
import { preprocessRun } from '../pipeline/preprocess/preprocess-run.ts'
import type { PreprocessInput, PreprocessOutput } from './preprocess-pool.ts'
import { describeFailure } from '../core/errors/failure.ts'

/**
 * Preprocesses one run. Piscina looks for a function exported by this name.
 *
 * @param input - The run, what it is realigned to, and where to tell of progress.
 * @returns What was made, or the error as plain data.
 * @throws Never.
 */
export async function runPreprocess({
  job,
  task,
  events,
}: PreprocessInput): Promise<PreprocessOutput> {
  try {
    const emit = (event: unknown): void => events.postMessage(event)
    return { done: await preprocessRun(task.run, { ...job, ...task, emit }) }
  } catch (error) {
    return { failure: describeFailure(error) }
  } finally {
    events.close()
  }
}
