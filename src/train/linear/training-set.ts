/** Features `[nSamples x nFeatures]` and class indices -> checked counts, class means and centred float64 copies, row-major. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix, Matrix64 } from '../../core/types.ts'

/**
 * Checks that features and labels belong together, and counts the samples of every class.
 *
 * @param features - Samples `[nSamples x nFeatures]`.
 * @param labels - Class index per sample, `0..nClasses-1`.
 * @param nClasses - Number of classes; classes without samples are allowed.
 * @returns Samples per class, length `nClasses`.
 * @throws {LimbicError} `SHAPE_MISMATCH` when there is not one label per sample; `VALUE_INVALID` when a label is no class;
 *   `TRAIN_TOO_FEW_CLASSES` when fewer than two classes have samples.
 * @remarks O(nSamples).
 */
export function countClasses(
  features: Matrix,
  labels: ArrayLike<number>,
  nClasses: number,
): Int32Array {
  if (
    labels.length !== features.nRows ||
    features.data.length !== features.nRows * features.nCols
  ) {
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'training features and labels',
      expected: `${features.nRows} x ${features.nCols} numbers and ${features.nRows} labels`,
      found: `${features.data.length} numbers and ${labels.length} labels`,
    })
  }
  const counts = new Int32Array(nClasses)
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!
    if (!(label >= 0 && label < nClasses)) {
      throw new LimbicError('VALUE_INVALID', {
        what: `the label of training sample ${i}`,
        expected: `a class index from 0 to ${nClasses - 1}`,
        found: String(label),
      })
    }
    counts[label]!++
  }
  const nPresent = counts.reduce((n, count) => n + (count > 0 ? 1 : 0), 0)
  if (nPresent < 2) throw new LimbicError('TRAIN_TOO_FEW_CLASSES', { nPresent, nClasses })
  return counts
}

/**
 * Mean feature vector of every class.
 *
 * @param features - Samples `[nSamples x nFeatures]`.
 * @param labels - Class index per sample.
 * @param counts - Samples per class, from `countClasses`.
 * @returns Means `[nClasses x nFeatures]`; zeros for a class without samples.
 * @throws Never.
 * @remarks O(nSamples * nFeatures), float64 sums.
 */
export function classMeans(
  features: Matrix,
  labels: ArrayLike<number>,
  counts: Int32Array,
): Matrix64 {
  const { data, nRows, nCols } = features
  const means = new Float64Array(counts.length * nCols)
  for (let i = 0; i < nRows; i++) {
    const target = labels[i]! * nCols
    const source = i * nCols
    for (let j = 0; j < nCols; j++) means[target + j]! += data[source + j]!
  }
  for (let c = 0; c < counts.length; c++) {
    if (counts[c] === 0) continue
    for (let j = 0; j < nCols; j++) means[c * nCols + j]! /= counts[c]!
  }
  return { data: means, nRows: counts.length, nCols }
}

/**
 * Mean of every feature over all samples.
 *
 * @param features - Samples `[nSamples x nFeatures]`.
 * @returns Means, length `nFeatures`.
 * @throws Never.
 * @remarks O(nSamples * nFeatures), float64 sums.
 */
export function featureMeans(features: Matrix): Float64Array {
  const { data, nRows, nCols } = features
  const means = new Float64Array(nCols)
  for (let i = 0, at = 0; i < nRows; i++)
    for (let j = 0; j < nCols; j++, at++) means[j]! += data[at]!
  for (let j = 0; j < nCols; j++) means[j]! /= Math.max(1, nRows)
  return means
}

/**
 * Samples in float64 with every feature's mean taken away.
 *
 * @param features - Samples `[nSamples x nFeatures]`; not changed.
 * @param mean - Length `nFeatures`.
 * @returns The centred copy.
 * @throws Never.
 */
export function centreFeatures(features: Matrix, mean: Float64Array): Matrix64 {
  const { data, nRows, nCols } = features
  const centred = new Float64Array(data.length)
  for (let i = 0, at = 0; i < nRows; i++)
    for (let j = 0; j < nCols; j++, at++) centred[at] = data[at]! - mean[j]!
  return { data: centred, nRows, nCols }
}

/**
 * Numbers the classes that have samples, for models that cannot be fitted with an empty class.
 *
 * @param counts - Samples per class.
 * @returns `classes`: the classes with samples, ascending; `position`: place of each class among them, -1 for an empty class.
 * @throws Never.
 */
export function presentClasses(counts: Int32Array): {
  classes: Int32Array
  position: Int32Array
} {
  const classes = Int32Array.from([...counts.keys()].filter((c) => counts[c]! > 0))
  const position = new Int32Array(counts.length).fill(-1)
  classes.forEach((c, k) => (position[c] = k))
  return { classes, position }
}
