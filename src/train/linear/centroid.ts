/** Labelled samples `[nSamples x nFeatures]` -> class means `[nClasses x nFeatures]`, compared by correlation or distance; row-major. */
import { z } from 'zod'
import type { Matrix, Matrix64 } from '../../core/types.ts'
import { gemm } from '../../math/gemm/index.ts'
import type { Classifier, ClassifierState } from '../classifier.ts'
import { parseClassifierOptions } from './classifier-options.ts'
import { assertFeatureCount } from './linear-state.ts'
import { classMeans, countClasses } from './training-set.ts'

/** Settings of the nearest centroid. `metric`: `correlation` compares patterns, `euclidean` their amplitude too. */
export const centroidOptionsSchema = z.strictObject({
  metric: z.enum(['correlation', 'euclidean']).default('correlation'),
})
export type CentroidOptions = z.input<typeof centroidOptionsSchema>

/** Class means. */
export interface CentroidState extends ClassifierState {
  readonly metric: 'correlation' | 'euclidean'
  /** `[nClasses x nFeatures]`, row-major. */
  readonly centroids: Float64Array
  /** Training samples per class; a class with none never wins. */
  readonly counts: Int32Array
}

/** Nearest centroid. Scores are Pearson correlations, or minus half the squared distances. */
export const centroid: Classifier<CentroidOptions, CentroidState> = {
  name: 'nearest-centroid',
  fit(samples, options) {
    const { metric } = parseClassifierOptions('nearest-centroid', centroidOptionsSchema, options)
    const counts = countClasses(samples.features, samples.labels, samples.nClasses)
    return Promise.resolve({
      kind: 'nearest-centroid',
      fittedOn: [...samples.runs],
      nClasses: samples.nClasses,
      nFeatures: samples.features.nCols,
      metric,
      centroids: classMeans(samples.features, samples.labels, counts).data,
      counts,
    })
  },
  score: (state, features) => Promise.resolve(scoreCentroids(state, features)),
}

/**
 * Compares samples with class means.
 *
 * @param state - Class means, counts and the metric.
 * @param features - Samples `[nSamples x nFeatures]`.
 * @returns Scores `[nSamples x nClasses]`: Pearson r over the features (0 for a constant sample or mean), or -|x - m|^2 / 2;
 *   `-Infinity` for a class without training samples.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the number of features differs from the training samples'.
 * @remarks O(nSamples * nFeatures * nClasses). The distance is the log density of a unit Gaussian up to a constant.
 */
export function scoreCentroids(
  state: Pick<CentroidState, 'metric' | 'centroids' | 'counts' | 'nClasses' | 'nFeatures'>,
  features: Matrix,
): Matrix64 {
  assertFeatureCount(state.nFeatures, features)
  const { nRows, nCols } = features
  const { nClasses, metric } = state
  const samples = Float64Array.from(features.data)
  const centroids = Float64Array.from(state.centroids)
  if (metric === 'correlation') {
    standardizeRows(samples, nRows, nCols)
    standardizeRows(centroids, nClasses, nCols)
  }
  const scores = new Float64Array(nRows * nClasses)
  if (metric === 'correlation') {
    gemm(nRows, nClasses, nCols, samples, centroids, scores, { transB: true })
  } else {
    // Differences, not |x|^2 - 2 x.m + |m|^2: that would lose the distance where the baseline is large.
    for (let i = 0; i < nRows; i++)
      for (let c = 0; c < nClasses; c++)
        scores[i * nClasses + c] =
          -squaredDistance(samples, i * nCols, centroids, c * nCols, nCols) / 2
  }
  for (let i = 0; i < scores.length; i++)
    if (state.counts[i % nClasses] === 0) scores[i] = -Infinity
  return { data: scores, nRows, nCols: nClasses }
}

/** Centres every row and scales it to unit length; a constant row becomes zeros. */
function standardizeRows(data: Float64Array, nRows: number, nCols: number): void {
  for (let i = 0; i < nRows; i++) {
    const row = data.subarray(i * nCols, (i + 1) * nCols)
    let sum = 0
    let largest = 0
    for (let j = 0; j < nCols; j++) {
      sum += row[j]!
      largest = Math.max(largest, Math.abs(row[j]!))
    }
    const mean = sum / nCols
    let squares = 0
    for (let j = 0; j < nCols; j++) {
      row[j]! -= mean
      squares += row[j]! * row[j]!
    }
    // What is left of a constant row is rounding of its mean.
    const isConstant = squares <= nCols * (1e-14 * largest) ** 2
    const scale = isConstant ? 0 : 1 / Math.sqrt(squares)
    for (let j = 0; j < nCols; j++) row[j]! *= scale
  }
}

function squaredDistance(
  a: Float64Array,
  atA: number,
  b: Float64Array,
  atB: number,
  length: number,
): number {
  let sum = 0
  for (let j = 0; j < length; j++) {
    const difference = a[atA + j]! - b[atB + j]!
    sum += difference * difference
  }
  return sum
}
