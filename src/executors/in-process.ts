/** Folds one after the other in this process. */
import { createFoldRunner } from '../pipeline/fold-task.ts'
import type { FoldExecutor } from '../pipeline/run.ts'

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
  for (const subject of subjects) {
    try {
      await onOutcome({ subject, fold: await run(subject, emit) })
    } catch (error) {
      await onOutcome({ subject, error: error instanceof Error ? error : new Error(String(error)) })
    }
  }
}
