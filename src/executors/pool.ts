/** Tasks spread over worker threads. Results do not depend on the number of workers: every task has random numbers of its own. */
import { availableParallelism } from 'node:os'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { Emit, StageEvent } from '../core/events.ts'
import { describeFailure, reviveError, type Failure } from '../core/errors/failure.ts'
import type { Task } from '../core/schemas/task.ts'
import type { RunPlan } from '../pipeline/run-plan.ts'
import { readOutcome, writeOutcome, type TaskOutcome } from '../pipeline/task-results.ts'
import type { TaskExecutor } from '../pipeline/task-runner.ts'
import { batchTasks } from './batch-tasks.ts'

/**
 * Makes an executor over worker threads.
 *
 * @param jobs - Number of workers.
 * @returns The executor. Each worker holds series and weights of its own: memory grows with `jobs`.
 * @throws Never.
 */
export function createPool(jobs: number): TaskExecutor {
  return async (plan, tasks, emit, onOutcome) => {
    const batches = batchTasks(tasks, jobs)
    const nThreads = Math.min(jobs, batches.length)
    const pool = new Piscina<WorkerInput, WorkerOutput>({
      filename: workerFile(),
      name: 'runTasks',
      maxThreads: nThreads,
      minThreads: nThreads,
      workerData: { ...plan, threads: coresPerWorker(nThreads) } satisfies RunPlan,
    })
    try {
      await Promise.all(
        batches.map(async (batch) => {
          const failure = await runBatch(pool, batch, emit)
          for (const task of batch) await onOutcome(await outcomeOf(plan.run, task, failure))
        }),
      )
    } finally {
      await pool.destroy()
    }
  }
}

/** What a worker is sent: what to do, and where to tell of progress. */
export interface WorkerInput {
  readonly tasks: readonly Task[]
  readonly events: MessagePort
}

/** What comes back when the worker could not go on. Outcomes lie in files. */
export interface WorkerOutput {
  readonly failure?: Failure
}

/** Cores that are left over train the networks of those workers that there are. */
function coresPerWorker(nThreads: number): number {
  return Math.max(1, Math.floor(availableParallelism() / nThreads))
}

async function runBatch(
  pool: Piscina<WorkerInput, WorkerOutput>,
  tasks: readonly Task[],
  emit: Emit,
): Promise<Failure | undefined> {
  const { port1, port2 } = new MessageChannel()
  port1.on('message', (event: StageEvent) => emit(event))
  port1.unref()
  try {
    return (await pool.run({ tasks, events: port2 }, { transferList: [port2] })).failure
  } catch (error) {
    // A worker that dies, out of memory for instance, takes only its own batch with it.
    return describeFailure(error)
  } finally {
    port1.close()
  }
}

/** What the worker has kept of a task; a task that it did not get to failed as the worker did. */
async function outcomeOf(
  run: string,
  task: Task,
  failure: Failure | undefined,
): Promise<TaskOutcome> {
  const kept = await readOutcome(run, task)
  if (kept !== undefined) return kept
  const error = failure === undefined ? new Error('the result is gone') : reviveError(failure)
  const outcome = { task, error }
  await writeOutcome(run, outcome)
  return outcome
}

function workerFile(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new URL(`./task-worker.${extension}`, import.meta.url).href
}
