/** Labelled samples `[nSamples x nFeatures]` -> one ridge regression per class on targets +1 / -1; weights `[nFeatures x nClasses]`, row-major. */
import { z } from 'zod'
import type { Matrix, Matrix64 } from '../../core/types.ts'
import type { Classifier } from '../classifier.ts'
import { parseClassifierOptions } from './classifier-options.ts'
import { solvePenalised } from './gram-solve.ts'
import {
  createLinearState,
  scoreLinear,
  type LinearState,
  type LinearWeights,
} from './linear-state.ts'
import { centreFeatures, classMeans, countClasses, featureMeans } from './training-set.ts'

/** Settings of the ridge classifier. `alpha`: penalty on the squared weights, above 0. */
export const ridgeOptionsSchema = z.strictObject({ alpha: z.number().gt(0).default(1) })
export type RidgeOptions = z.input<typeof ridgeOptionsSchema>

/** One-vs-rest ridge classifier. Its scores are the regressions' values, about +1 for the class and -1 for the others. */
export const ridge: Classifier<RidgeOptions, LinearState> = {
  name: 'ridge',
  fit(samples, options) {
    const { alpha } = parseClassifierOptions('ridge', ridgeOptionsSchema, options)
    const fitted = fitRidgeWeights(samples.features, samples.labels, samples.nClasses, alpha)
    return Promise.resolve(createLinearState('ridge', fitted, samples.runs))
  },
  score: (state, features) => Promise.resolve(scoreLinear(state, features)),
}

/**
 * Fits one ridge regression per class: minimises sum over samples of (x . w + b - y)^2 + alpha |w|^2, y = +1 in the class and -1 outside.
 *
 * @param features - Samples `[nSamples x nFeatures]`.
 * @param labels - Class index per sample, `0..nClasses-1`.
 * @param nClasses - Number of classes.
 * @param alpha - Penalty, above 0; the intercept is not penalised.
 * @returns Weights `[nFeatures x nClasses]` and bias `[nClasses]`; bias `-Infinity` for a class without samples.
 * @throws {LimbicError} `SHAPE_MISMATCH`, `VALUE_INVALID` or `TRAIN_TOO_FEW_CLASSES` as `countClasses` does;
 *   `TRAIN_SINGULAR` when the features hold values that are not finite.
 * @remarks O(nSamples * nFeatures * min(nSamples, nFeatures)), through the smaller of the two Gram matrices.
 *   Agrees with scikit-learn's `RidgeClassifier`.
 * @see Hoerl and Kennard (1970), Ridge regression, Technometrics 12.
 */
export function fitRidgeWeights(
  features: Matrix,
  labels: ArrayLike<number>,
  nClasses: number,
  alpha: number,
): LinearWeights {
  const counts = countClasses(features, labels, nClasses)
  const mean = featureMeans(features)
  const centred = centreFeatures(features, mean)
  const right = ridgeRightHandSide(classMeans(features, labels, counts), counts, mean)
  const weights = solvePenalised(centred, alpha, 1, right, nClasses)
  return { weights, bias: ridgeBias(weights, mean, counts) }
}

/**
 * The right-hand side X'(y - mean y) of every class, from class means alone.
 *
 * @param means - Class means `[nClasses x nFeatures]`.
 * @param counts - Samples per class.
 * @param mean - Mean over all samples, length `nFeatures`.
 * @returns `[nFeatures x nClasses]`.
 * @throws Never.
 * @remarks With targets +-1 and centred features, X'y = 2 n_c (m_c - m): rows outside the class contribute through the mean only.
 */
export function ridgeRightHandSide(
  means: Matrix64,
  counts: Int32Array,
  mean: Float64Array,
): Float64Array {
  const { nRows: nClasses, nCols } = means
  const right = new Float64Array(nCols * nClasses)
  for (let c = 0; c < nClasses; c++) {
    if (counts[c] === 0) continue
    for (let j = 0; j < nCols; j++)
      right[j * nClasses + c] = 2 * counts[c]! * (means.data[c * nCols + j]! - mean[j]!)
  }
  return right
}

/**
 * The intercepts that make the regressions' mean equal the targets' mean.
 *
 * @param weights - `[nFeatures x nClasses]`.
 * @param mean - Mean over all samples, length `nFeatures`.
 * @param counts - Samples per class.
 * @returns Length `nClasses`; `-Infinity` for a class without samples.
 * @throws Never.
 */
export function ridgeBias(
  weights: Float64Array,
  mean: Float64Array,
  counts: Int32Array,
): Float64Array {
  const nClasses = counts.length
  const nSamples = counts.reduce((sum, count) => sum + count, 0)
  const bias = new Float64Array(nClasses)
  for (let c = 0; c < nClasses; c++) {
    let offset = (2 * counts[c]!) / nSamples - 1
    for (let j = 0; j < mean.length; j++) offset -= mean[j]! * weights[j * nClasses + c]!
    bias[c] = counts[c] === 0 ? -Infinity : offset
  }
  return bias
}
