/** Labelled samples `[nSamples x nFeatures]` -> one linear support vector machine per class; weights `[nFeatures x nClasses]`, row-major. */
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
import { countClasses, presentClasses } from './training-set.ts'

/**
 * Settings of the support vector machine. `c`: weight of the loss against the penalty, above 0; smaller is smoother.
 * `tolerance`: largest gradient entry at the end.
 */
export const svmOptionsSchema = z.strictObject({
  c: z.number().gt(0).default(1),
  tolerance: z.number().gt(0).default(1e-4),
  maxIterations: z.int().min(1).default(1000),
})
export type SvmOptions = z.input<typeof svmOptionsSchema>

/** One-vs-rest linear support vector machine with squared hinge loss. Its scores are signed margins. */
export const svm: Classifier<SvmOptions, LinearState> = {
  name: 'svm',
  fit(samples, options) {
    const { features, labels, nClasses, runs } = samples
    const fitted = fitSvmWeights(features, labels, nClasses, options)
    return Promise.resolve(createLinearState('svm', fitted, runs))
  },
  score: (state, features) => Promise.resolve(scoreLinear(state, features)),
}

/**
 * Fits one support vector machine per class: minimises (|w|^2 + b^2) / 2 + c * sum over samples of max(0, 1 - y (x . w + b))^2,
 * y = +1 in the class and -1 outside.
 *
 * @param features - Samples `[nSamples x nFeatures]`.
 * @param labels - Class index per sample, `0..nClasses-1`.
 * @param nClasses - Number of classes.
 * @param options - Settings; absent ones take their defaults.
 * @returns Weights `[nFeatures x nClasses]` and bias `[nClasses]`; bias `-Infinity` for a class without samples.
 * @throws {LimbicError} `SHAPE_MISMATCH`, `VALUE_INVALID` or `TRAIN_TOO_FEW_CLASSES` as `countClasses` does;
 *   `TRAIN_SINGULAR` or `TRAIN_NOT_CONVERGED` when the features are not finite or of wildly different scale.
 * @remarks Truncated Newton in the primal, all classes at once: some 50-200 products of O(nSamples * nFeatures * nClasses).
 *   The intercept is penalised like a weight, as liblinear and so scikit-learn's `LinearSVC` do.
 * @see Lin, Weng and Keerthi (2008), Trust region Newton method for logistic regression, JMLR 9 (section 7, squared hinge loss).
 */
export function fitSvmWeights(
  features: Matrix,
  labels: ArrayLike<number>,
  nClasses: number,
  options: SvmOptions = {},
): LinearWeights {
  const settings = parseClassifierOptions('svm', svmOptionsSchema, options)
  const { classes, position } = presentClasses(countClasses(features, labels, nClasses))
  const targets = Int32Array.from(labels, (label) => position[label]!)
  const x = withConstant(features)
  const nPresent = classes.length
  const { x: fitted } = minimise({
    name: 'svm',
    start: new Float64Array(x.nCols * nPresent),
    ...createObjective(x, targets, nPresent, settings.c),
    tolerance: settings.tolerance,
    maxIterations: settings.maxIterations,
  })
  const nWeights = features.nCols * nPresent
  return spreadOverClasses(fitted.slice(0, nWeights), fitted.slice(nWeights), classes, nClasses)
}

/** The samples in float64 with a last feature that is always 1, whose weight is the intercept. */
function withConstant({ data, nRows, nCols }: Matrix): Matrix64 {
  const extended = new Float64Array(nRows * (nCols + 1)).fill(1)
  for (let i = 0; i < nRows; i++)
    extended.set(data.subarray(i * nCols, (i + 1) * nCols), i * (nCols + 1))
  return { data: extended, nRows, nCols: nCols + 1 }
}

/** Penalised loss of all machines at once with its derivatives; parameters `[nFeatures x nClasses]`. */
function createObjective(
  x: Matrix64,
  targets: Int32Array,
  nClasses: number,
  c: number,
): Pick<MinimiseProblem, 'evaluate' | 'multiplyHessian'> {
  const { data, nRows, nCols } = x
  const rows = new Float64Array(nRows * nClasses)
  const isInside = new Uint8Array(nRows * nClasses)

  const pullBack = (parameters: Float64Array, result: Float64Array): void => {
    gemm(nCols, nClasses, nRows, data, rows, result, { transA: true })
    for (let i = 0; i < result.length; i++) result[i]! += parameters[i]!
  }

  return {
    evaluate(parameters, gradient) {
      gemm(nRows, nClasses, nCols, data, parameters, rows)
      let loss = 0
      for (let i = 0, at = 0; i < nRows; i++) {
        for (let k = 0; k < nClasses; k++, at++) {
          const y = targets[i] === k ? 1 : -1
          const violation = Math.max(0, 1 - y * rows[at]!)
          loss += violation * violation
          isInside[at] = violation > 0 ? 1 : 0
          rows[at] = -2 * c * y * violation
        }
      }
      pullBack(parameters, gradient)
      let penalty = 0
      for (let i = 0; i < parameters.length; i++) penalty += parameters[i]! * parameters[i]!
      return penalty / 2 + c * loss
    },
    /** The loss has no second derivative at the margin; samples inside it count, those at or beyond it do not. */
    multiplyHessian(vector, product) {
      gemm(nRows, nClasses, nCols, data, vector, rows)
      for (let i = 0; i < rows.length; i++) rows[i]! *= 2 * c * isInside[i]!
      pullBack(vector, product)
    },
  }
}
