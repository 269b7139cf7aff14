/** Weights `[nFeatures x nClasses]` and bias `[nClasses]` of a linear model -> class scores `[nSamples x nClasses]`, row-major. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix, Matrix64, RunKey } from '../../core/types.ts'
import { gemm } from '../../math/gemm/index.ts'
import type { ClassifierState } from '../classifier.ts'

/** The numbers of a linear model: score of class c = features . weights[:, c] + bias[c]. */
export interface LinearWeights {
  /** `[nFeatures x nClasses]`, row-major. */
  readonly weights: Float64Array
  /** Length `nClasses`; `-Infinity` for a class that had no training samples, which therefore never wins. */
  readonly bias: Float64Array
}

/** A fitted linear classifier. */
export interface LinearState extends ClassifierState, LinearWeights {}

/**
 * Puts fitted weights into a state.
 *
 * @param kind - Name of the classifier.
 * @param fitted - Weights and bias.
 * @param fittedOn - The runs that the training samples come from.
 * @returns The state.
 * @throws Never.
 */
export function createLinearState(
  kind: string,
  fitted: LinearWeights,
  fittedOn: readonly RunKey[],
): LinearState {
  const nClasses = fitted.bias.length
  const nFeatures = fitted.weights.length / nClasses
  return {
    kind,
    fittedOn: [...fittedOn],
    nClasses,
    nFeatures,
    weights: fitted.weights,
    bias: fitted.bias,
  }
}

/**
 * Spreads the weights of the classes that were fitted over all classes.
 *
 * @param fitted - Weights `[nFeatures x nPresent]`, row-major.
 * @param bias - Length `nPresent`.
 * @param classes - Class index of each fitted column, length `nPresent`.
 * @param nClasses - Number of all classes.
 * @returns Weights `[nFeatures x nClasses]`, zero for a class that was not fitted, whose bias is `-Infinity`.
 * @throws Never.
 */
export function spreadOverClasses(
  fitted: Float64Array,
  bias: Float64Array,
  classes: Int32Array,
  nClasses: number,
): LinearWeights {
  const nPresent = classes.length
  const nFeatures = fitted.length / nPresent
  const weights = new Float64Array(nFeatures * nClasses)
  const allBias = new Float64Array(nClasses).fill(-Infinity)
  classes.forEach((c, k) => {
    allBias[c] = bias[k]!
    for (let j = 0; j < nFeatures; j++) weights[j * nClasses + c] = fitted[j * nPresent + k]!
  })
  return { weights, bias: allBias }
}

/**
 * Scores samples with a linear model.
 *
 * @param state - Weights and bias, with their shape.
 * @param features - Samples `[nSamples x nFeatures]`, in the space that the model was fitted in.
 * @returns Scores `[nSamples x nClasses]`; the largest of a row is the predicted class.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the number of features differs from the training samples'.
 * @remarks O(nSamples * nFeatures * nClasses).
 */
export function scoreLinear(
  state: LinearWeights & { readonly nClasses: number; readonly nFeatures: number },
  features: Matrix,
): Matrix64 {
  assertFeatureCount(state.nFeatures, features)
  const { nRows, nCols } = features
  const nClasses = state.nClasses
  const scores = new Float64Array(nRows * nClasses)
  const data =
    features.data instanceof Float64Array ? features.data : Float64Array.from(features.data)
  gemm(nRows, nClasses, nCols, data, state.weights, scores)
  for (let i = 0; i < scores.length; i++) scores[i]! += state.bias[i % nClasses]!
  return { data: scores, nRows, nCols: nClasses }
}

/**
 * Asserts that samples have as many features as the model was fitted on.
 *
 * @param expected - Features of the training samples.
 * @param features - Samples to be scored.
 * @returns Nothing.
 * @throws {LimbicError} `SHAPE_MISMATCH` when they differ.
 */
export function assertFeatureCount(expected: number, features: Matrix): void {
  if (features.nCols === expected && features.data.length === features.nRows * features.nCols)
    return
  throw new LimbicError('SHAPE_MISMATCH', {
    what: 'samples to be scored and the fitted classifier',
    expected: `${expected} features per sample`,
    found: `${features.nCols} features in ${features.nRows} samples of ${features.data.length} numbers`,
  })
}
