/** Labelled samples `[nSamples x nFeatures]` -> multinomial logistic regression; weights `[nFeatures x nClasses]`, row-major. */
import { z } from 'zod'
import type { Matrix, Matrix64 } from '../../core/types.ts'
import { gemm } from '../../math/gemm/index.ts'
import type { Classifier } from '../classifier.ts'
import { parseClassifierOptions } from './classifier-options.ts'
import { createPenalisedSolver } from './gram-solve.ts'
import {
  createLinearState,
  scoreLinear,
  spreadOverClasses,
  type LinearState,
  type LinearWeights,
} from './linear-state.ts'
import { minimise } from './minimise.ts'
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
 * @remarks Limited-memory BFGS, preconditioned by the Hessian at W = 0: one factoring of
 *   min(nSamples, nFeatures) order, then about 10-20 iterations of O(nSamples * nFeatures * nClasses).
 *   Agrees with scikit-learn's `LogisticRegression(multi_class='multinomial')`.
 * @see Böhning (1992), Multinomial logistic regression algorithm, Ann. Inst. Statist. Math. 44, for curvature bounds of this kind.
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
    evaluate: createObjective(x, targets, nPresent, settings.c),
    precondition: createPreconditioner(x, nPresent, settings.c),
    tolerance: settings.tolerance,
    maxIterations: settings.maxIterations,
  })
  const weights = fitted.slice(0, nWeights)
  const bias = fitted.slice(nWeights)
  for (let j = 0; j < x.nCols; j++)
    for (let k = 0; k < nPresent; k++) bias[k]! -= mean[j]! * weights[j * nPresent + k]!
  return spreadOverClasses(weights, bias, classes, nClasses)
}

/** Penalised loss and gradient; parameters are the weights `[nFeatures x nClasses]` followed by the intercepts. */
function createObjective(x: Matrix64, targets: Int32Array, nClasses: number, c: number) {
  const { data, nRows, nCols } = x
  const nWeights = nCols * nClasses
  const residuals = new Float64Array(nRows * nClasses)
  return (parameters: Float64Array, gradient: Float64Array): number => {
    const weights = parameters.subarray(0, nWeights)
    const bias = parameters.subarray(nWeights)
    gemm(nRows, nClasses, nCols, data, weights, residuals)
    const loss = softmaxResiduals(residuals, bias, targets, c)
    gemm(nCols, nClasses, nRows, data, residuals, gradient.subarray(0, nWeights), { transA: true })
    let penalty = 0
    for (let i = 0; i < nWeights; i++) {
      gradient[i]! += weights[i]!
      penalty += weights[i]! * weights[i]!
    }
    gradient.fill(0, nWeights)
    for (let i = 0; i < residuals.length; i++) gradient[nWeights + (i % nClasses)]! += residuals[i]!
    return penalty / 2 + c * loss
  }
}

/** Turns scores into c * (probability - target) in place, and returns the summed loss. */
function softmaxResiduals(
  scores: Float64Array,
  bias: Float64Array,
  targets: Int32Array,
  c: number,
): number {
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
    for (let k = 0; k < nClasses; k++) scores[at + k]! *= c / sum
    scores[at + targets[i]!]! -= c
  }
  return loss
}

/** The inverse Hessian at zero weights, where every class has probability 1 / nClasses. */
function createPreconditioner(x: Matrix64, nClasses: number, c: number) {
  const nWeights = x.nCols * nClasses
  const curvature = c / nClasses
  const solve = createPenalisedSolver(x, 1, curvature)
  return (vector: Float64Array): Float64Array => {
    const result = new Float64Array(vector.length)
    result.set(solve(vector.subarray(0, nWeights), nClasses))
    for (let i = nWeights; i < vector.length; i++) result[i] = vector[i]! / (curvature * x.nRows)
    return result
  }
}
