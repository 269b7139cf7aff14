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
import { rescaleFeatures } from './rescale.ts'
import { toSampleSpace } from './sample-space.ts'
import { centreFeatures, countClasses, featureMeans, presentClasses } from './training-set.ts'

/**
 * Settings of the logistic regression. `c`: weight of the loss against the penalty, above 0; smaller is smoother.
 * The search ends when no gradient entry exceeds `tolerance`, or when a step lowers the objective by no more than the share
 * `valueTolerance` of it.
 */
export const logisticOptionsSchema = z.strictObject({
  c: z.number().gt(0).default(1),
  tolerance: z.number().gt(0).default(1e-4),
  valueTolerance: z.number().min(0).default(2.2204460492503131e-9),
  maxIterations: z.int().min(1).default(1000),
  /** Fits on features that are centred and divided by one number, as raw intensities need; `c` then means what it means for z-scores. */
  rescale: z.boolean().default(false),
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
 * @remarks Limited-memory BFGS: some 20-100 evaluations of O(nSamples * nClasses * min(nSamples, nFeatures)).
 *   Agrees with scikit-learn's `LogisticRegression(multi_class='multinomial')`, whose solver, start and stopping rule these are.
 */
export function fitLogisticWeights(
  features: Matrix,
  labels: ArrayLike<number>,
  nClasses: number,
  options: LogisticOptions = {},
): LinearWeights {
  const { c, rescale, ...stopping } = parseClassifierOptions(
    'logistic',
    logisticOptionsSchema,
    options,
  )
  if (rescale) {
    const { features: rescaled, restore } = rescaleFeatures(features)
    return restore(fitLogisticWeights(rescaled, labels, nClasses, { c, ...stopping }))
  }
  const counts = countClasses(features, labels, nClasses)
  const { classes, position } = presentClasses(counts)
  const targets = Int32Array.from(labels, (label) => position[label]!)
  const { centred, origin } = chooseOrigin(features)
  const { x, lift } = toSampleSpace(centred)
  const nPresent = classes.length
  const nWeights = x.nCols * nPresent
  const { x: fitted } = minimise({
    name: 'logistic',
    start: new Float64Array(nWeights + nPresent),
    evaluate: createObjective(x, targets, nPresent, c),
    ...stopping,
  })
  const weights = lift(fitted.slice(0, nWeights), nPresent)
  const bias = fitted.slice(nWeights)
  for (let j = 0; j < features.nCols; j++)
    for (let k = 0; k < nPresent; k++) bias[k]! -= origin[j]! * weights[j * nPresent + k]!
  return spreadOverClasses(weights, bias, classes, nClasses)
}

/** Penalised loss and gradient; parameters are the weights `[nFeatures x nClasses]` followed by the intercepts. */
function createObjective(
  x: Matrix64,
  targets: Int32Array,
  nClasses: number,
  c: number,
): MinimiseProblem['evaluate'] {
  const { data, nRows, nCols } = x
  const nWeights = nCols * nClasses
  const rows = new Float64Array(nRows * nClasses)
  return (parameters, gradient) => {
    const weights = parameters.subarray(0, nWeights)
    gemm(nRows, nClasses, nCols, data, weights, rows)
    const loss = softmaxWithLoss(rows, parameters.subarray(nWeights), targets)
    for (let i = 0; i < rows.length; i++) rows[i]! *= c
    for (let i = 0; i < nRows; i++) rows[i * nClasses + targets[i]!]! -= c
    gemm(nCols, nClasses, nRows, data, rows, gradient.subarray(0, nWeights), { transA: true })
    let penalty = 0
    for (let i = 0; i < nWeights; i++) {
      gradient[i]! += weights[i]!
      penalty += weights[i]! * weights[i]!
    }
    gradient.fill(0, nWeights)
    for (let i = 0, at = 0; i < nRows; i++)
      for (let k = 0; k < nClasses; k++, at++) gradient[nWeights + k]! += rows[at]!
    return penalty / 2 + c * loss
  }
}

/**
 * Samples and the origin they are measured from: their mean where it outweighs their spread, which would slow the search; else zero,
 * as for z-scored features, which saves a pass.
 */
function chooseOrigin(features: Matrix): { centred: Matrix64; origin: Float64Array } {
  const { data, nRows, nCols } = features
  const mean = featureMeans(features)
  const offset = nRows * mean.reduce((sum, value) => sum + value * value, 0)
  let squares = 0
  for (let i = 0; i < data.length; i++) squares += data[i]! * data[i]!
  const isNearZero = offset <= squares / 2
  const origin = isNearZero ? new Float64Array(nCols) : mean
  if (isNearZero && data instanceof Float64Array) return { centred: { data, nRows, nCols }, origin }
  return { centred: centreFeatures(features, origin), origin }
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
