/** What a fit may leave on disk while it trains -> the checkpoints and the log of one network. */
import { join } from 'node:path'
import type { FitContext } from '../classifier.ts'
import { openCheckpointStore, type CheckpointStore } from './checkpoint.ts'
import { openTrainingLog, type TrainingLog } from './training-log.ts'

/** What a training run leaves behind, and when it pauses. */
export interface TrainingRecords {
  readonly checkpoints?: CheckpointStore
  readonly log?: TrainingLog
  readonly deadline?: number
}

/**
 * Opens the records of one training run.
 *
 * @param context - Where they go; what it does not name is not kept.
 * @param model - Name of the model, for the name of the log.
 * @param fingerprint - Identifies samples, settings and seed.
 * @returns Checkpoints in the folder, the log in `<model>-<first 8 of the fingerprint>.csv`.
 * @throws Never.
 */
export function openRecords(
  {
    checkpointDir,
    trainingLogDir,
    deadline,
  }: Pick<FitContext, 'checkpointDir' | 'trainingLogDir' | 'deadline'>,
  model: string,
  fingerprint: string,
): TrainingRecords {
  return {
    ...(checkpointDir === undefined
      ? {}
      : {
          checkpoints: openCheckpointStore(checkpointDir, fingerprint),
        }),
    ...(trainingLogDir === undefined
      ? {}
      : { log: openTrainingLog(join(trainingLogDir, `${model}-${fingerprint.slice(0, 8)}.csv`)) }),
    ...(deadline === undefined ? {} : { deadline }),
  }
}
