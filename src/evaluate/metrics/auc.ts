/** Class probabilities `[nSamples x nClasses]`, row-major, and true classes -> area under the ROC curve, each class against the rest. */
import type { Matrix } from '../../core/types.ts'

/**
 * Area under the ROC curve of each class against all others; ties count one half.
 *
 * @param labels - True class per sample.
 * @param scores - Any scores that grow with the belief in a class `[nSamples x nClasses]`.
 * @returns Length `nClasses`; NaN for a class that never or always occurs.
 * @throws Never.
 * @remarks O(nClasses * nSamples log nSamples), as the Mann-Whitney statistic over mid-ranks.
 * @see Hanley and McNeil (1982), The meaning and use of the area under a ROC curve.
 */
export function aucPerClass(labels: ArrayLike<number>, scores: Matrix): Float64Array {
  return Float64Array.from({ length: scores.nCols }, (_, c) => aucOfClass(labels, scores, c))
}

/**
 * Unweighted mean over classes of the one-vs-rest area under the ROC curve.
 *
 * @param labels - True class per sample.
 * @param scores - Scores `[nSamples x nClasses]`.
 * @returns 0..1; NaN when a class does not occur, because its curve is not defined.
 * @throws Never.
 */
export function aucMacro(labels: ArrayLike<number>, scores: Matrix): number {
  const perClass = aucPerClass(labels, scores)
  return perClass.reduce((sum, auc) => sum + auc, 0) / perClass.length
}

function aucOfClass(labels: ArrayLike<number>, scores: Matrix, c: number): number {
  const n = scores.nRows
  const value = (i: number): number => scores.data[i * scores.nCols + c]!
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => value(a) - value(b))
  let nPositive = 0
  let rankSum = 0
  for (let start = 0; start < n;) {
    let end = start + 1
    while (end < n && value(order[end]!) === value(order[start]!)) end++
    const midRank = (start + 1 + end) / 2
    for (let k = start; k < end; k++) {
      if (labels[order[k]!] !== c) continue
      nPositive++
      rankSum += midRank
    }
    start = end
  }
  const nNegative = n - nPositive
  return (rankSum - (nPositive * (nPositive + 1)) / 2) / (nPositive * nNegative)
}
