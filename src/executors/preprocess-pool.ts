/** Runs to preprocess, in this process or spread over worker threads. Results do not depend on how many there are. */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { Emit, StageEvent } from '../core/events.ts'
import type {
  PreprocessExecutor,
  PreprocessJob,
  PreprocessOutcome,
} from '../pipeline/preprocess/preprocess-dataset.ts'
import type { PreprocessTask } from '../pipeline/preprocess/plan-runs.ts'
import { preprocessRun, type PreprocessedRun } from '../pipeline/preprocess/preprocess-run.ts'
import { reviveError, type Failure } from '../core/errors/failure.ts'

/**
 * Preprocesses runs one after the other in this process.
 *
 * @param job - What all runs share.
 * @param tasks - The runs.
 * @param emit - Told of progress within runs.
 * @param onOutcome - Given each run as it ends.
 * @returns When all runs have ended; a run that throws is an outcome.
 * @throws Never.
 */
export const preprocessInProcess: PreprocessExecutor = async (job, tasks, emit, onOutcome) => {
  for (const task of tasks) {
    onOutcome(
      await preprocessRun(task.run, { ...job, ...task, emit }).then(
        (done) => ({ task, done }),
        (error: unknown) => ({
          task,
          error: error instanceof Error ? error : new Error(String(error)),
        }),
      ),
    )
  }
}

/**
 * Makes an executor over worker threads.
 *
 * @param jobs - Number of workers.
 * @returns The executor. Memory grows with `jobs`.
 * @throws Never.
 */
export function createPreprocessPool(jobs: number): PreprocessExecutor {
  return async (job, tasks, emit, onOutcome) => {
    const pool = new Piscina<PreprocessInput, PreprocessOutput>({
      filename: new URL(
        `./preprocess-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`,
        import.meta.url,
      ).href,
      name: 'runPreprocess',
      maxThreads: Math.max(1, Math.min(jobs, tasks.length)),
    })
    try {
      await Promise.all(
        tasks.map(async (task) => onOutcome(await runOne(pool, { job, task }, emit))),
      )
    } finally {
      await pool.destroy()
    }
  }
}

/** What a worker is sent. */
export interface PreprocessInput {
  readonly job: PreprocessJob
  readonly task: PreprocessTask
  readonly events: MessagePort
}

/** What comes back; errors travel as plain data, since their class would not survive. */
export type PreprocessOutput = { readonly done: PreprocessedRun } | { readonly failure: Failure }

async function runOne(
  pool: Piscina<PreprocessInput, PreprocessOutput>,
  input: Omit<PreprocessInput, 'events'>,
  emit: Emit,
): Promise<PreprocessOutcome> {
  const { task } = input
  const { port1, port2 } = new MessageChannel()
  port1.on('message', (event: StageEvent) => emit(event))
  port1.unref()
  try {
    const output = await pool.run({ ...input, events: port2 }, { transferList: [port2] })
    return 'done' in output
      ? { task, done: output.done }
      : { task, error: reviveError(output.failure) }
  } finally {
    port1.close()
  }
}
