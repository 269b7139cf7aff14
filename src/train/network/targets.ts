/** Class indices -> weighted, smoothed target probabilities `[nSamples x nClasses]`, and the loss they define; row-major. */

/**
 * Target probabilities times the weight of the sample.
 *
 * @param labels - Class index per sample.
 * @param counts - Samples per class.
 * @param smoothing - Share of the probability spread evenly over the classes that have samples, 0..1.
 * @param weighted - Whether a sample weighs as much as its class is rare; the mean weight over the samples is 1.
 * @returns `[nSamples x nClasses]`; a class without samples has target 0.
 * @throws Never.
 * @remarks Szegedy et al. (2016), arXiv 1512.00567, section 7 (label smoothing).
 */
export function createTargets(
  labels: Int32Array,
  counts: Int32Array,
  smoothing: number,
  weighted: boolean,
): Float32Array {
  const nClasses = counts.length
  const nPresent = counts.filter((count) => count > 0).length
  const targets = new Float32Array(labels.length * nClasses)
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!
    const weight = weighted ? labels.length / (nPresent * counts[label]!) : 1
    for (let c = 0; c < nClasses; c++) {
      if (counts[c] === 0) continue
      const hit = c === label ? 1 - smoothing : 0
      targets[i * nClasses + c] = weight * (hit + smoothing / nPresent)
    }
  }
  return targets
}

/**
 * Cross-entropy and hits of scores against targets.
 *
 * @param logits - Scores `[nRows x nClasses]`.
 * @param targets - Weighted targets `[nRows x nClasses]`.
 * @param labels - Class index per row.
 * @returns Sum over the rows of the cross-entropy, and the number of rows whose label has the largest score.
 * @throws Never.
 * @remarks O(nRows * nClasses), float64.
 */
export function sumCrossEntropy(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  labels: Int32Array,
): { readonly loss: number; readonly nHits: number } {
  const nClasses = logits.length / Math.max(1, labels.length)
  let loss = 0
  let nHits = 0
  for (let row = 0; row < labels.length; row++) {
    const at = row * nClasses
    let largest = 0
    for (let c = 1; c < nClasses; c++) if (logits[at + c]! > logits[at + largest]!) largest = c
    let sum = 0
    for (let c = 0; c < nClasses; c++) sum += Math.exp(logits[at + c]! - logits[at + largest]!)
    const logSum = logits[at + largest]! + Math.log(sum)
    for (let c = 0; c < nClasses; c++) {
      if (targets[at + c] !== 0) loss += targets[at + c]! * (logSum - logits[at + c]!)
    }
    if (largest === labels[row]) nHits++
  }
  return { loss, nHits }
}
