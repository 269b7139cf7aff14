/** True and predicted class indices -> confusion matrix and the scores that follow from it. Rows = true class, columns = predicted. */
import { LimbicError } from '../../core/errors/index.ts'

/** Counts of true and predicted classes; row-major `[nClasses x nClasses]`, element (t, p) at `t * nClasses + p`. */
export interface Confusion {
  readonly counts: Int32Array
  readonly nClasses: number
}

/** Precision, recall and F1 of every class, each of length `nClasses`; 0 where a denominator is 0. */
export interface ClassScores {
  readonly precision: Float64Array
  readonly recall: Float64Array
  readonly f1: Float64Array
}

/**
 * Counts how often each class was predicted for each true class.
 *
 * @param labels - True class per sample, `0..nClasses-1`.
 * @param predicted - Predicted class per sample.
 * @param nClasses - Number of classes.
 * @returns The confusion matrix.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the lengths differ; `VALUE_INVALID` when an index is no class.
 * @remarks O(nSamples).
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  nClasses: number,
): Confusion {
  if (labels.length !== predicted.length) {
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'true and predicted classes',
      expected: `${labels.length} predictions`,
      found: String(predicted.length),
    })
  }
  const counts = new Int32Array(nClasses * nClasses)
  for (let i = 0; i < labels.length; i++) {
    const t = labels[i]!
    const p = predicted[i]!
    if (!isClass(t, nClasses) || !isClass(p, nClasses)) {
      throw new LimbicError('VALUE_INVALID', {
        what: `sample ${i} of the predictions`,
        expected: `class indices from 0 to ${nClasses - 1}`,
        found: `true ${t}, predicted ${p}`,
      })
    }
    counts[t * nClasses + p]!++
  }
  return { counts, nClasses }
}

/**
 * Share of samples whose class was predicted.
 *
 * @param confusion - Confusion matrix.
 * @returns 0..1; NaN without samples.
 * @throws Never.
 */
export function accuracy(confusion: Confusion): number {
  return diagonalSum(confusion) / total(confusion)
}

/**
 * Mean recall over the classes that occur, so that a frequent class does not carry the score.
 *
 * @param confusion - Confusion matrix.
 * @returns 0..1; NaN without samples.
 * @throws Never.
 */
export function balancedAccuracy(confusion: Confusion): number {
  const { trueCounts } = marginals(confusion)
  const { recall } = classScores(confusion)
  return meanWhere(recall, (c) => trueCounts[c]! > 0)
}

/**
 * Mean F1 over the classes that occur or were predicted.
 *
 * @param confusion - Confusion matrix.
 * @returns 0..1; NaN without samples.
 * @throws Never.
 */
export function macroF1(confusion: Confusion): number {
  const { trueCounts, predictedCounts } = marginals(confusion)
  const { f1 } = classScores(confusion)
  return meanWhere(f1, (c) => trueCounts[c]! + predictedCounts[c]! > 0)
}

/**
 * Precision, recall and F1 of every class.
 *
 * @param confusion - Confusion matrix.
 * @returns Three arrays of length `nClasses`; 0 where nothing was predicted, or nothing occurred.
 * @throws Never.
 */
export function classScores(confusion: Confusion): ClassScores {
  const { counts, nClasses } = confusion
  const { trueCounts, predictedCounts } = marginals(confusion)
  const hits = Float64Array.from({ length: nClasses }, (_, c) => counts[c * nClasses + c]!)
  return {
    precision: hits.map((n, c) => ratioOrZero(n, predictedCounts[c]!)),
    recall: hits.map((n, c) => ratioOrZero(n, trueCounts[c]!)),
    f1: hits.map((n, c) => ratioOrZero(2 * n, trueCounts[c]! + predictedCounts[c]!)),
  }
}

/**
 * Cohen's kappa, unweighted: agreement beyond what the class frequencies alone would give.
 *
 * @param confusion - Confusion matrix.
 * @returns -1..1; NaN when true and predicted are one and the same single class.
 * @throws Never.
 * @see Cohen (1960), A coefficient of agreement for nominal scales.
 */
export function cohenKappa(confusion: Confusion): number {
  const { trueCounts, predictedCounts } = marginals(confusion)
  const n = total(confusion)
  const expected = trueCounts.reduce((sum, t, c) => sum + t * predictedCounts[c]!, 0) / n
  return (diagonalSum(confusion) - expected) / (n - expected)
}

/**
 * Matthews' correlation coefficient for any number of classes.
 *
 * @param confusion - Confusion matrix.
 * @returns -1..1; 0 when only one class occurs, or only one was predicted.
 * @throws Never.
 * @see Gorodkin (2004), Comparing two K-category assignments by a K-category correlation coefficient.
 */
export function matthews(confusion: Confusion): number {
  const { trueCounts, predictedCounts } = marginals(confusion)
  const n = total(confusion)
  const dot = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, value, c) => sum + value * b[c]!, 0)
  const denominator =
    (n * n - dot(trueCounts, trueCounts)) * (n * n - dot(predictedCounts, predictedCounts))
  if (denominator === 0) return 0
  return (diagonalSum(confusion) * n - dot(trueCounts, predictedCounts)) / Math.sqrt(denominator)
}

const isClass = (value: number, nClasses: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < nClasses

function marginals({ counts, nClasses }: Confusion): {
  trueCounts: Float64Array
  predictedCounts: Float64Array
} {
  const trueCounts = new Float64Array(nClasses)
  const predictedCounts = new Float64Array(nClasses)
  counts.forEach((n, i) => {
    trueCounts[Math.floor(i / nClasses)]! += n
    predictedCounts[i % nClasses]! += n
  })
  return { trueCounts, predictedCounts }
}

function diagonalSum({ counts, nClasses }: Confusion): number {
  let sum = 0
  for (let c = 0; c < nClasses; c++) sum += counts[c * nClasses + c]!
  return sum
}

const total = ({ counts }: Confusion): number => counts.reduce((sum, n) => sum + n, 0)

const ratioOrZero = (a: number, b: number): number => (b === 0 ? 0 : a / b)

function meanWhere(values: Float64Array, include: (index: number) => boolean): number {
  const kept = values.filter((_, c) => include(c))
  return kept.reduce((sum, value) => sum + value, 0) / kept.length
}
