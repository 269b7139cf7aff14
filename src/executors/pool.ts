/** Folds spread over worker threads. Results do not depend on the number of workers: every fold has random numbers of its own. */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { Emit, StageEvent } from '../core/events.ts'
import type { Fold } from '../core/schemas/report.ts'
import type { FoldTask } from '../pipeline/fold-task.ts'
import type { FoldExecutor, FoldOutcome } from '../pipeline/run.ts'
import { describeFailure, reviveError, type WorkerFailure } from './worker-failure.ts'

/**
 * Makes an executor over worker threads.
 *
 * @param jobs - Number of workers.
 * @returns The executor. Each worker holds series and weights of its own: memory grows with `jobs`.
 * @throws Never.
 */
export function createPool(jobs: number): FoldExecutor {
  return async (task, subjects, emit, onOutcome) => {
    const pool = new Piscina<WorkerInput, WorkerOutput>({
      filename: workerFile(),
      name: 'runFold',
      maxThreads: Math.min(jobs, subjects.length),
      minThreads: Math.min(jobs, subjects.length),
      workerData: task satisfies FoldTask,
    })
    try {
      await Promise.all(subjects.map((subject) => runOne(pool, subject, emit, onOutcome)))
    } finally {
      await pool.destroy()
    }
  }
}

/** What a worker is sent: whose fold, and where to tell of progress. */
export interface WorkerInput {
  readonly subject: string
  readonly events: MessagePort
}

/** What comes back; errors travel as plain data, since their class would not survive. */
export type WorkerOutput = { readonly fold: Fold } | { readonly failure: WorkerFailure }

async function runOne(
  pool: Piscina<WorkerInput, WorkerOutput>,
  subject: string,
  emit: Emit,
  onOutcome: Parameters<FoldExecutor>[3],
): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  port1.on('message', (event: StageEvent) => emit(event))
  port1.unref()
  try {
    await onOutcome(await outcomeOf(pool, subject, port2))
  } finally {
    port1.close()
  }
}

/** A worker that dies, out of memory for instance, takes only its own fold with it. */
async function outcomeOf(
  pool: Piscina<WorkerInput, WorkerOutput>,
  subject: string,
  events: MessagePort,
): Promise<FoldOutcome> {
  const output = await pool
    .run({ subject, events }, { transferList: [events] })
    .catch((error: unknown) => ({ failure: describeFailure(error) }))
  return 'fold' in output
    ? { subject, fold: output.fold }
    : { subject, error: reviveError(output.failure) }
}

function workerFile(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new URL(`./fold-worker.${extension}`, import.meta.url).href
}
