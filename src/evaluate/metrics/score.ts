/** True classes and probabilities `[nSamples x nClasses]`, row-major -> every score that the report gives for one set of predictions. */
import type { Matrix } from '../../core/types.ts'
import { aucMacro, aucPerClass } from './auc.ts'
import {
  accuracy,
  balancedAccuracy,
  classScores,
  cohenKappa,
  confusionMatrix,
  macroF1,
  matthews,
} from './confusion.ts'
import {
  brierScore,
  expectedCalibrationError,
  logLoss,
  predictClasses,
  reliabilityBins,
  type ReliabilityBin,
} from './probability.ts'

/** What is scored. */
export interface Predictions {
  /** True class per sample, `0..nClasses-1`. */
  readonly labels: ArrayLike<number>
  /** `[nSamples x nClasses]`, rows summing to 1. */
  readonly probabilities: Matrix
  readonly nClasses: number
}

/** Scores of one set of predictions. */
export interface ClassificationScores {
  readonly nTest: number
  readonly accuracy: number
  readonly balancedAccuracy: number
  readonly macroF1: number
  readonly kappa: number
  readonly mcc: number
  /** Mean one-vs-rest area under the ROC curve; null when a class does not occur among the labels. */
  readonly auc: number | null
  /** Per class; null for a class that does not occur. */
  readonly aucPerClass: readonly (number | null)[]
  readonly precision: readonly number[]
  readonly recall: readonly number[]
  readonly f1: readonly number[]
  readonly logLoss: number
  readonly brier: number
  /** Expected calibration error, 10 bins. */
  readonly ece: number
  readonly reliability: readonly ReliabilityBin[]
  /** Rows = true class, columns = predicted. */
  readonly confusion: readonly (readonly number[])[]
}

/**
 * Computes every classification score of one set of predictions.
 *
 * @param predictions - True classes, probabilities and the number of classes.
 * @returns The scores.
 * @throws {LimbicError} `SHAPE_MISMATCH` when there is not one label per row; `VALUE_INVALID` when a label is no class.
 * @remarks O(nSamples * nClasses log nSamples). The predicted class is the most probable one, the first on ties.
 */
export function scoreClassification(predictions: Predictions): ClassificationScores {
  const { labels, probabilities, nClasses } = predictions
  const confusion = confusionMatrix(labels, predictClasses(probabilities), nClasses)
  const perClass = classScores(confusion)
  return {
    nTest: probabilities.nRows,
    accuracy: accuracy(confusion),
    balancedAccuracy: balancedAccuracy(confusion),
    macroF1: macroF1(confusion),
    kappa: cohenKappa(confusion),
    mcc: matthews(confusion),
    auc: nullIfNaN(aucMacro(labels, probabilities)),
    aucPerClass: Array.from(aucPerClass(labels, probabilities), nullIfNaN),
    precision: Array.from(perClass.precision),
    recall: Array.from(perClass.recall),
    f1: Array.from(perClass.f1),
    logLoss: logLoss(labels, probabilities),
    brier: brierScore(labels, probabilities),
    ece: expectedCalibrationError(labels, probabilities),
    reliability: reliabilityBins(labels, probabilities),
    confusion: Array.from({ length: nClasses }, (_, t) =>
      Array.from(confusion.counts.subarray(t * nClasses, (t + 1) * nClasses)),
    ),
  }
}

const nullIfNaN = (value: number): number | null => (Number.isNaN(value) ? null : value)
