/** Labelled samples `[nSamples x nFeatures]` -> linear discriminants with a shrunken pooled covariance; weights `[nFeatures x nClasses]`, row-major. */
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
import { classMeans, countClasses } from './training-set.ts'

/**
 * Settings of the discriminant analysis.
 * `shrinkage`: weight of the mean eigenvalue times the identity in the covariance, 0..1.
 */
export const ldaOptionsSchema = z.strictObject({ shrinkage: z.number().min(0).max(1).default(0.5) })
export type LdaOptions = z.input<typeof ldaOptionsSchema>

/** Below this a singular covariance could not be factored; far too small to be seen in a score otherwise. */
const smallestShrinkage = 1e-9

/** Linear discriminant analysis. Its scores are log posteriors up to a constant per sample. */
export const lda: Classifier<LdaOptions, LinearState> = {
  name: 'lda',
  fit(samples, options) {
    const { shrinkage } = parseClassifierOptions('lda', ldaOptionsSchema, options)
    const fitted = fitLdaWeights(samples.features, samples.labels, samples.nClasses, shrinkage)
    return Promise.resolve(createLinearState('lda', fitted, samples.runs))
  },
  score: (state, features) => Promise.resolve(scoreLinear(state, features)),
}

/**
 * Fits linear discriminants: score of class c = x . S^-1 m_c - m_c . S^-1 m_c / 2 + log(n_c / n), with
 * S = (1 - g) C + g tr(C)/d I, where C is the covariance within classes (divided by n), and g the shrinkage.
 *
 * @param features - Samples `[nSamples x nFeatures]`; any scale, z-scored features are usual.
 * @param labels - Class index per sample, `0..nClasses-1`.
 * @param nClasses - Number of classes.
 * @param shrinkage - g, 0..1.
 * @returns Weights `[nFeatures x nClasses]` and bias `[nClasses]`; bias `-Infinity` for a class without samples.
 * @throws {LimbicError} `SHAPE_MISMATCH`, `VALUE_INVALID` or `TRAIN_TOO_FEW_CLASSES` as `countClasses` does;
 *   `TRAIN_SINGULAR` when the features hold values that are not finite.
 * @remarks O(nSamples * nFeatures * min(nSamples, nFeatures)). Class means are taken from the mean over all samples, which
 *   changes no difference of scores and keeps large offsets out of the products. Without any variance within classes
 *   the nearest class mean wins. Agrees with scikit-learn's `lsqr` solver with fixed shrinkage.
 * @see Friedman (1989), Regularized discriminant analysis, JASA 84.
 */
export function fitLdaWeights(
  features: Matrix,
  labels: ArrayLike<number>,
  nClasses: number,
  shrinkage: number,
): LinearWeights {
  const counts = countClasses(features, labels, nClasses)
  const { nRows, nCols } = features
  const means = classMeans(features, labels, counts)
  const within = withinClasses(features, labels, means)
  const grandMean = weightedMean(means, counts, nRows)
  const targets = transposedFrom(means, counts, grandMean)
  const meanEigenvalue = sumOfSquares(within.data) / (nRows * nCols)
  const g = Math.max(shrinkage, smallestShrinkage)
  const ridge = meanEigenvalue === 0 ? 1 : g * meanEigenvalue
  const weights = solvePenalised(within, ridge, (1 - g) / nRows, targets, nClasses)
  const bias = new Float64Array(nClasses)
  for (let c = 0; c < nClasses; c++) {
    let halfway = 0
    for (let j = 0; j < nCols; j++) {
      const centre = grandMean[j]! + targets[j * nClasses + c]! / 2
      halfway += centre * weights[j * nClasses + c]!
    }
    bias[c] = Math.log(counts[c]! / nRows) - halfway
  }
  return { weights, bias }
}

/** Samples minus the mean of their class. */
function withinClasses(features: Matrix, labels: ArrayLike<number>, means: Matrix64): Matrix64 {
  const { data, nRows, nCols } = features
  const within = new Float64Array(data.length)
  for (let i = 0, at = 0; i < nRows; i++) {
    const mean = labels[i]! * nCols
    for (let j = 0; j < nCols; j++, at++) within[at] = data[at]! - means.data[mean + j]!
  }
  return { data: within, nRows, nCols }
}

function weightedMean(means: Matrix64, counts: Int32Array, nSamples: number): Float64Array {
  const mean = new Float64Array(means.nCols)
  for (let c = 0; c < means.nRows; c++)
    for (let j = 0; j < means.nCols; j++)
      mean[j]! += (counts[c]! / nSamples) * means.data[c * means.nCols + j]!
  return mean
}

/** Class means minus the grand mean, `[nFeatures x nClasses]`; zero for a class without samples. */
function transposedFrom(means: Matrix64, counts: Int32Array, origin: Float64Array): Float64Array {
  const { nRows: nClasses, nCols } = means
  const result = new Float64Array(nCols * nClasses)
  for (let c = 0; c < nClasses; c++) {
    if (counts[c] === 0) continue
    for (let j = 0; j < nCols; j++)
      result[j * nClasses + c] = means.data[c * nCols + j]! - origin[j]!
  }
  return result
}

function sumOfSquares(data: Float64Array): number {
  let sum = 0
  for (let i = 0; i < data.length; i++) sum += data[i]! * data[i]!
  return sum
}
