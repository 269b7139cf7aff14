/** The result of an epoch -> training progress: records, the plateau of the loss, the best weights, and whether to go on. */
import { createTargets, sumCrossEntropy } from './targets.ts'
import type { EpochRecord } from '../classifier.ts'
import { stepPlateau, type PlateauState } from './learning-rate.ts'
import type { WeightArray } from './weights.ts'
import type { NetworkTraining } from '../../../models/index.ts'

/** Everything about a training run that its inputs do not determine; plain, so that it can be stored. */
export interface TrainingProgress {
  /** One record per epoch that is done. */
  readonly records: readonly EpochRecord[]
  readonly plateau: PlateauState
  /** The best epoch by validation so far. */
  readonly best: BestEpoch | null
}

export interface BestEpoch {
  readonly epoch: number
  /** Larger is better. */
  readonly score: number
  readonly weights: readonly WeightArray[]
}

/** What validation found after an epoch. */
export interface Validation {
  readonly loss: number
  readonly accuracy: number
}

/**
 * Progress before the first epoch.
 *
 * @param training - Settings.
 * @returns No records, the full learning rate, no best epoch.
 * @throws Never.
 */
export function startProgress(training: NetworkTraining): TrainingProgress {
  return {
    records: [],
    plateau: { learningRate: training.learningRate, best: Infinity, waited: 0 },
    best: null,
  }
}

/**
 * Adds an epoch to the progress.
 *
 * @param before - Progress before the epoch.
 * @param record - Losses and accuracies of the epoch; validation's where there is any.
 * @param training - Settings.
 * @param readWeights - Copies the weights out; called only when the epoch is the best so far and its weights are to be kept.
 * @returns Progress after the epoch. The plateau watches the validation loss, or the training loss without validation.
 * @throws Never.
 */
export async function addEpoch(
  before: TrainingProgress,
  record: EpochRecord,
  training: NetworkTraining,
  readWeights: () => Promise<readonly WeightArray[]>,
): Promise<TrainingProgress> {
  const watched = record.validationLoss ?? record.loss
  const score = validationScore(record, training)
  const isBest = score !== undefined && score > (before.best?.score ?? -Infinity)
  return {
    records: [...before.records, record],
    plateau: stepPlateau(before.plateau, watched, training.plateau),
    best: isBest ? { epoch: record.epoch, score, weights: await readWeights() } : before.best,
  }
}

/**
 * Whether training is over.
 *
 * @param progress - Progress so far.
 * @param training - Settings, with the number of epochs.
 * @returns True after the last epoch, or when `patience` epochs have passed since the best one.
 * @throws Never.
 */
export function isFinished(
  progress: TrainingProgress,
  training: NetworkTraining & { readonly epochs: number },
): boolean {
  const nDone = progress.records.length
  if (nDone >= training.epochs) return true
  if (training.patience === null || progress.best === null) return false
  return nDone - 1 - progress.best.epoch >= training.patience
}

/**
 * Cross-entropy and accuracy of scores, every sample counting the same.
 *
 * @param logits - Scores `[nSamples x nClasses]`.
 * @param labels - Class index per sample.
 * @param nClasses - Number of classes.
 * @returns Mean cross-entropy against the plain labels, and the share of hits.
 * @throws Never.
 */
export function validate(logits: Float32Array, labels: Int32Array, nClasses: number): Validation {
  const everyClass = new Int32Array(nClasses).fill(1)
  const { loss, nHits } = sumCrossEntropy(
    logits,
    createTargets(labels, everyClass, 0, false),
    labels,
  )
  const n = Math.max(1, labels.length)
  return { loss: loss / n, accuracy: nHits / n }
}

// Early stopping needs a best epoch too; without a wish it is the one with the smallest loss.
function validationScore(record: EpochRecord, training: NetworkTraining): number | undefined {
  if (record.validationLoss === undefined || record.validationAccuracy === undefined)
    return undefined
  if (training.keepBest === null && training.patience === null) return undefined
  return training.keepBest === 'accuracy' ? record.validationAccuracy : -record.validationLoss
}
