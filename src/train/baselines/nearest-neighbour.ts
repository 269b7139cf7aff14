/** Labelled samples `[nSamples x nFeatures]` -> the same samples, remembered: a new one gets the class of the nearest. Row-major. */
import type { Matrix, Matrix64 } from '../../core/types.ts'
import { gemm } from '../../math/gemm/index.ts'
import type { Classifier, ClassifierState } from '../classifier.ts'
import { assertFeatureCount } from '../linear/linear-state.ts'
import { countClasses, featureMeans } from '../linear/training-set.ts'

/** The training samples themselves. */
export interface NearestNeighbourState extends ClassifierState {
  /** Mean of the training samples, which keeps large offsets out of the products. */
  readonly mean: Float64Array
  /** `[nSamples x nFeatures]`, centred. */
  readonly samples: Float32Array
  readonly labels: Int32Array
}

/** The nearest neighbour by Euclidean distance. It finds neighbours in time wherever a split leaves them in the training samples. */
export const nearestNeighbour: Classifier<unknown, NearestNeighbourState> = {
  name: 'nearest-neighbour',
  fit({ features, labels, nClasses, runs }) {
    countClasses(features, labels, nClasses)
    const mean = featureMeans(features)
    return Promise.resolve({
      ...{ kind: 'nearest-neighbour', fittedOn: [...runs], nClasses, nFeatures: features.nCols },
      ...{ mean, samples: Float32Array.from(centre(features, mean)), labels: labels.slice() },
    })
  },
  score: (state, features) => Promise.resolve(scoreNearest(state, features)),
}

/** Rows of samples that are compared with all training samples at once. */
const blockRows = 128

/**
 * Compares samples with all training samples.
 *
 * @param state - The training samples.
 * @param features - Samples `[nSamples x nFeatures]`.
 * @returns Scores `[nSamples x nClasses]`: minus the squared distance to the nearest training sample of the class, in units of the mean
 *   squared distance to the nearest of all; `-Infinity` for a class without training samples.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the number of features differs from the training samples'.
 * @remarks O(nSamples * nTraining * nFeatures) time, through products of blocks of 128 samples.
 */
export function scoreNearest(state: NearestNeighbourState, features: Matrix): Matrix64 {
  assertFeatureCount(state.nFeatures, features)
  const { nRows, nCols } = features
  const { nClasses, labels } = state
  const known = Float64Array.from(state.samples)
  const knownSquares = squaresOf(known, nCols)
  const centred = centre(features, state.mean)
  const squares = squaresOf(centred, nCols)
  const data = new Float64Array(nRows * nClasses).fill(-Infinity)
  for (let from = 0; from < nRows; from += blockRows) {
    const n = Math.min(blockRows, nRows - from)
    const products = new Float64Array(n * labels.length)
    const block = centred.subarray(from * nCols, (from + n) * nCols)
    gemm(n, labels.length, nCols, block, known, products, { transB: true })
    for (let i = 0; i < n; i++)
      labels.forEach((label, j) => {
        const distance =
          squares[from + i]! + knownSquares[j]! - 2 * products[i * labels.length + j]!
        const at = (from + i) * nClasses + label
        if (-distance > data[at]!) data[at] = Math.min(0, -distance)
      })
  }
  return { data: scaleByNearest(data, nRows, nClasses), nRows, nCols: nClasses }
}

function scaleByNearest(data: Float64Array, nRows: number, nClasses: number): Float64Array {
  let total = 0
  for (let row = 0; row < nRows; row++)
    total -= Math.max(...data.subarray(row * nClasses, (row + 1) * nClasses))
  const unit = total / Math.max(1, nRows) || 1
  return data.map((value) => value / unit)
}

function centre({ data, nCols }: Matrix, mean: Float64Array): Float64Array {
  return Float64Array.from(data, (value, i) => value - mean[i % nCols]!)
}

function squaresOf(data: Float64Array, nCols: number): Float64Array {
  const squares = new Float64Array(data.length / Math.max(1, nCols))
  for (let i = 0, at = 0; i < squares.length; i++)
    for (let j = 0; j < nCols; j++, at++) squares[i]! += data[at]! * data[at]!
  return squares
}
