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
import { rescaleFeatures } from './rescale.ts'
import { toSampleSpace } from './sample-space.ts'
import { countClasses, presentClasses } from './training-set.ts'

/**
 * Settings of the support vector machine. `c`: weight of the loss against the penalty, above 0; smaller is smoother.
 * The search ends when no gradient entry exceeds `tolerance`, or when a step lowers the objective by no more than the share
 * `valueTolerance` of it.
 */
export const svmOptionsSchema = z.strictObject({
  c: z.number().gt(0).default(1),
  tolerance: z.number().gt(0).default(1e-4),
  valueTolerance: z.number().min(0).default(1e-10),
  maxIterations: z.int().min(1).default(1000),
  /** Fits on features that are centred and divided by one number, as raw intensities need; `c` then means what it means for z-scores. */
  rescale: z.boolean().default(false),
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
 * @remarks Limited-memory BFGS in the primal, all classes at once: some 20-300 evaluations of
 *   O(nSamples * nClasses * min(nSamples, nFeatures)).
 *   The intercept is penalised like a weight, as liblinear and so scikit-learn's `LinearSVC` do.
 * @see Chapelle (2007), Training a support vector machine in the primal, Neural Computation 19.
 */
export function fitSvmWeights(
  features: Matrix,
  labels: ArrayLike<number>,
  nClasses: number,
  options: SvmOptions = {},
): LinearWeights {
  const { c, rescale, ...stopping } = parseClassifierOptions('svm', svmOptionsSchema, options)
  if (rescale) {
    const { features: rescaled, restore } = rescaleFeatures(features)
    return restore(fitSvmWeights(rescaled, labels, nClasses, { c, ...stopping }))
  }
  const { classes, position } = presentClasses(countClasses(features, labels, nClasses))
  const targets = Int32Array.from(labels, (label) => position[label]!)
  const { x, lift } = toSampleSpace(withConstant(features))
  const nPresent = classes.length
  const { x: fitted } = minimise({
    name: 'svm',
    start: new Float64Array(x.nCols * nPresent),
    evaluate: createObjective(x, targets, nPresent, c),
    ...stopping,
  })
  const lifted = lift(fitted, nPresent)
  const nWeights = features.nCols * nPresent
  return spreadOverClasses(lifted.slice(0, nWeights), lifted.slice(nWeights), classes, nClasses)
}

/** The samples in float64 with a last feature that is always 1, whose weight is the intercept. */
function withConstant({ data, nRows, nCols }: Matrix): Matrix64 {
  const extended = new Float64Array(nRows * (nCols + 1)).fill(1)
  for (let i = 0; i < nRows; i++)
    extended.set(data.subarray(i * nCols, (i + 1) * nCols), i * (nCols + 1))
  return { data: extended, nRows, nCols: nCols + 1 }
}

/** Penalised loss and gradient of all machines at once; parameters `[nFeatures x nClasses]`. */
function createObjective(
  x: Matrix64,
  targets: Int32Array,
  nClasses: number,
  c: number,
): MinimiseProblem['evaluate'] {
  const { data, nRows, nCols } = x
  const rows = new Float64Array(nRows * nClasses)
  return (parameters, gradient) => {
    gemm(nRows, nClasses, nCols, data, parameters, rows)
    let loss = 0
    for (let i = 0, at = 0; i < nRows; i++) {
      for (let k = 0; k < nClasses; k++, at++) {
        const y = targets[i] === k ? 1 : -1
        const violation = Math.max(0, 1 - y * rows[at]!)
        loss += violation * violation
        rows[at] = -2 * c * y * violation
      }
    }
    gemm(nCols, nClasses, nRows, data, rows, gradient, { transA: true })
    let penalty = 0
    for (let i = 0; i < parameters.length; i++) {
      gradient[i]! += parameters[i]!
      penalty += parameters[i]! * parameters[i]!
    }
    return penalty / 2 + c * loss
  }
}
