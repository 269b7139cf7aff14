/** Logits and labels -> the scores that a report shows. */
import type { Scores } from '../../core/schemas/report.ts'
import type { Matrix64 } from '../../core/types.ts'
import { applyTemperature } from '../../train/temperature.ts'
import { countCurves, scoreClassification } from '../metrics/index.ts'

/**
 * Scores one classifier on one subject.
 *
 * @param logits - `[nSamples x nClasses]`.
 * @param labels - Class per sample.
 * @param temperature - Divides the logits.
 * @returns Accuracy, balanced accuracy, macro-F1, AUC, log-loss, ECE, confusion, and the counts that curves are drawn from.
 * @throws {LimbicError} `SHAPE_MISMATCH`.
 */
export function scoreLogits(logits: Matrix64, labels: Int32Array, temperature: number): Scores {
  const probabilities = applyTemperature(logits, temperature)
  const scores = scoreClassification({ labels, probabilities, nClasses: logits.nCols })
  return {
    nTest: labels.length,
    accuracy: scores.accuracy,
    balancedAccuracy: scores.balancedAccuracy,
    macroF1: scores.macroF1,
    auc: Number.isFinite(scores.auc) ? scores.auc : null,
    logLoss: scores.logLoss,
    ece: scores.ece,
    confusion: scores.confusion.map((row) => [...row]),
    curves: countCurves(labels, probabilities),
  }
}
