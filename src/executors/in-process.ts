/** Folds one after the other in this process. */
import type { Emit } from '../core/events.ts'
import { createFoldRunner, type FoldRunner } from '../pipeline/fold-task.ts'
import type { FoldExecutor, FoldOutcome } from '../pipeline/run.ts'

/**
 * Runs folds in this process.
 *
 * @param task - The task.
 * @param subjects - Whose folds to run.
 * @param emit - Told of progress within folds.
 * @param onOutcome - Given each fold as it ends.
 * @returns When all folds have ended; a fold that throws is an outcome.
 * @throws {LimbicError} As `createFoldRunner`.
 */
export const runInProcess: FoldExecutor = async (task, subjects, emit, onOutcome) => {
  const run = createFoldRunner(task)
  for (const subject of subjects) await onOutcome(await outcomeOf(run, subject, emit))
}

/** What goes wrong in a fold is its outcome; what goes wrong in keeping it is not. */
async function outcomeOf(run: FoldRunner, subject: string, emit: Emit): Promise<FoldOutcome> {
  try {
    return { subject, fold: await run(subject, emit) }
  } catch (error) {
    return { subject, error: error instanceof Error ? error : new Error(String(error)) }
  }
}
