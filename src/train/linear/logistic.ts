/** Labelled samples `[nSamples x nFeatures]` -> multinomial logistic regression; weights `[nFeatures x nClasses]`, row-major. */
import { z } from 'zod'
import type { Matrix, Matrix64 } from '../../core/types.ts'
import { gemm } from '../../math/gemm/index.ts'
import type { Classifier } from '../classifier.ts'
import { parseClassifierOptions } from './classifier-options.ts'
import {
  createLinearState,
  scoreLinear,
  spreadOverClasses,
  type LinearState,
  type LinearWeights,
} from './linear-state.ts'
import { minimise, type MinimiseProblem } from './minimise.ts'
import { centreFeatures, countClasses, featureMeans, presentClasses } from './training-set.ts'

/**
 * Settings of the logistic regression. `c`: weight of the loss against the penalty, above 0; smaller is smoother.
 * `tolerance`: largest gradient entry at the end.
 */
export const logisticOptionsSchema = z.strictObject({
  c: z.number().gt(0).default(1),
  tolerance: z.number().gt(0).default(1e-4),
  maxIterations: z.int().min(1).default(1000),
})
export type LogisticOptions = z.input<typeof logisticOptionsSchema>

/** Multinomial logistic regression. Its scores are log probabilities up to a constant per sample. */
export const logistic: Classifier<LogisticOptions, LinearState> = {
  name: 'logistic',
  fit(samples, options) {
    const { features, labels, nClasses, runs } = samples
    const fitted = fitLogisticWeights(features, labels, nClasses, options)
    return Promise.resolve(createLinearState('logistic', fitted, runs))
  },
  score: (state, features) => Promise.resolve(scoreLinear(state, features)),
}

/**
 * Fits multinomial logistic regression: minimises |W|^2 / 2 + c * sum over samples of -log p(class); intercepts are not penalised.
 *
 * @param features - Samples `[nSamples x nFeatures]`.
 * @param labels - Class index per sample, `0..nClasses-1`.
 * @param nClasses - Number of classes.
 * @param options - Settings; absent ones take their defaults.
 * @returns Weights `[nFeatures x nClasses]` and bias `[nClasses]`; bias `-Infinity` for a class without samples.
 * @throws {LimbicError} `SHAPE_MISMATCH`, `VALUE_INVALID` or `TRAIN_TOO_FEW_CLASSES` as `countClasses` does;
 *   `TRAIN_SINGULAR` or `TRAIN_NOT_CONVERGED` when the features are not finite or of wildly different scale.
 * @remarks Truncated Newton: some 50-200 products of O(nSamples * nFeatures * nClasses). Features are centred inside, which
 *   changes nothing but the conditioning. Agrees with scikit-learn's `LogisticRegression(multi_class='multinomial')`.
 * @see Lin, Weng and Keerthi (2008), Trust region Newton method for logistic regression, JMLR 9.
 */
export function fitLogisticWeights(
  features: Matrix,
  labels: ArrayLike<number>,
  nClasses: number,
  options: LogisticOptions = {},
): LinearWeights {
  const settings = parseClassifierOptions('logistic', logisticOptionsSchema, options)
  const counts = countClasses(features, labels, nClasses)
  const { classes, position } = presentClasses(counts)
  const targets = Int32Array.from(labels, (label) => position[label]!)
  const mean = featureMeans(features)
  const x = centreFeatures(features, mean)
  const nPresent = classes.length
  const nWeights = x.nCols * nPresent
  const { x: fitted } = minimise({
    name: 'logistic',
    start: new Float64Array(nWeights + nPresent),
    ...createObjective(x, targets, nPresent, settings.c),
    tolerance: settings.tolerance,
    maxIterations: settings.maxIterations,
  })
  const weights = fitted.slice(0, nWeights)
  const bias = fitted.slice(nWeights)
  for (let j = 0; j < x.nCols; j++)
    for (let k = 0; k < nPresent; k++) bias[k]! -= mean[j]! * weights[j * nPresent + k]!
  return spreadOverClasses(weights, bias, classes, nClasses)
}

/** Penalised loss with its derivatives; parameters are the weights `[nFeatures x nClasses]` followed by the intercepts. */
function createObjective(
  x: Matrix64,
  targets: Int32Array,
  nClasses: number,
  c: number,
): Pick<MinimiseProblem, 'evaluate' | 'multiplyHessian'> {
  const { data, nRows, nCols } = x
  const nWeights = nCols * nClasses
  const probabilities = new Float64Array(nRows * nClasses)
  const rows = new Float64Array(nRows * nClasses)

  /** X'rows with the intercepts' column sums, plus the penalty's part. */
  const pullBack = (parameters: Float64Array, result: Float64Array): void => {
    gemm(nCols, nClasses, nRows, data, rows, result.subarray(0, nWeights), { transA: true })
    for (let i = 0; i < nWeights; i++) result[i]! += parameters[i]!
    result.fill(0, nWeights)
    for (let i = 0, at = 0; i < nRows; i++)
      for (let k = 0; k < nClasses; k++, at++) result[nWeights + k]! += rows[at]!
  }

  return {
    evaluate(parameters, gradient) {
      const weights = parameters.subarray(0, nWeights)
      gemm(nRows, nClasses, nCols, data, weights, probabilities)
      const loss = softmaxWithLoss(probabilities, parameters.subarray(nWeights), targets)
      for (let i = 0; i < rows.length; i++) rows[i] = c * probabilities[i]!
      for (let i = 0; i < nRows; i++) rows[i * nClasses + targets[i]!]! -= c
      pullBack(parameters, gradient)
      let penalty = 0
      for (let i = 0; i < nWeights; i++) penalty += weights[i]! * weights[i]!
      return penalty / 2 + c * loss
    },
    multiplyHessian(vector, product) {
      gemm(nRows, nClasses, nCols, data, vector.subarray(0, nWeights), rows)
      for (let i = 0, at = 0; i < nRows; i++, at += nClasses) {
        let mean = 0
        for (let k = 0; k < nClasses; k++) {
          rows[at + k]! += vector[nWeights + k]!
          mean += probabilities[at + k]! * rows[at + k]!
        }
        for (let k = 0; k < nClasses; k++)
          rows[at + k] = c * probabilities[at + k]! * (rows[at + k]! - mean)
      }
      pullBack(vector, product)
    },
  }
}

/** Turns scores into probabilities in place, and returns the summed loss. */
function softmaxWithLoss(scores: Float64Array, bias: Float64Array, targets: Int32Array): number {
  const nClasses = bias.length
  let loss = 0
  for (let i = 0, at = 0; i < targets.length; i++, at += nClasses) {
    let largest = -Infinity
    for (let k = 0; k < nClasses; k++) {
      const score = scores[at + k]! + bias[k]!
      scores[at + k] = score
      if (score > largest) largest = score
    }
    const ofTarget = scores[at + targets[i]!]! - largest
    let sum = 0
    for (let k = 0; k < nClasses; k++) {
      const value = Math.exp(scores[at + k]! - largest)
      scores[at + k] = value
      sum += value
    }
    loss += Math.log(sum) - ofTarget
    for (let k = 0; k < nClasses; k++) scores[at + k]! /= sum
  }
  return loss
}
