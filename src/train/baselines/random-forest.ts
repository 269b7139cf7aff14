/** Labelled samples `[nSamples x nFeatures]` -> a random forest as flat arrays, bounded in time and memory. Row-major. */
import { z } from 'zod'
import type { Rng } from '../../core/rng.ts'
import type { Matrix, Matrix64 } from '../../core/types.ts'
import type { Classifier, ClassifierState, Samples } from '../classifier.ts'
import { parseClassifierOptions } from '../linear/classifier-options.ts'
import { assertFeatureCount } from '../linear/linear-state.ts'
import { countClasses } from '../linear/training-set.ts'
import { growTree, type BinnedSamples, type Tree } from './grow-tree.ts'

/** Settings of the forest, all of them bounds: what is more is left to chance. */
export const randomForestOptionsSchema = z.strictObject({
  trees: z.int().min(1).max(1000).default(100),
  maxDepth: z.int().min(1).max(32).default(12),
  /** Fewest samples of a leaf. */
  minLeaf: z.int().min(1).default(2),
  /** Most samples that a tree is grown on, drawn with replacement. */
  maxSamples: z.int().min(2).default(4000),
  /** Most features that the forest looks at; of more, so many are drawn at random. */
  maxFeatures: z.int().min(1).default(10_000),
})
export type RandomForestOptions = z.input<typeof randomForestOptionsSchema>

/** A fitted forest. */
export interface RandomForestState extends ClassifierState {
  /** Index of each feature that the forest looks at. */
  readonly columns: Int32Array
  /** `[columns x (nBins - 1)]`: upper edges of the bins of each feature but the last. */
  readonly edges: Float32Array
  readonly trees: readonly Tree[]
}

/** More would make splits finer than the noise of a volume. */
const nBins = 32
/** Edges are quantiles of at most so many samples. */
const maxEdgeSamples = 1024

/** A forest of trees on bootstrap samples, each split looking at the square root of the number of features. */
export const randomForest: Classifier<RandomForestOptions, RandomForestState> = {
  name: 'random-forest',
  fit: (samples, options, { rng }) => Promise.resolve(fitRandomForest(samples, options, rng)),
  score: (state, features) => Promise.resolve(scoreRandomForest(state, features)),
}

/**
 * Grows a forest.
 *
 * @param samples - Training samples.
 * @param options - Bounds.
 * @param rng - Draws samples and features; the same stream grows the same forest.
 * @returns The forest.
 * @throws {LimbicError} `VALUE_INVALID`; `SHAPE_MISMATCH` or `TRAIN_TOO_FEW_CLASSES` as `countClasses` does.
 * @remarks O(trees * maxDepth * samples * sqrt(features)) time, one byte per sample and feature. Breiman (2001), Machine Learning 45:5-32.
 */
export function fitRandomForest(
  samples: Samples,
  options: RandomForestOptions,
  rng: Rng,
): RandomForestState {
  const limits = parseClassifierOptions('random-forest', randomForestOptionsSchema, options)
  const { features, labels, nClasses, runs } = samples
  countClasses(features, labels, nClasses)
  const columns = drawColumns(features.nCols, limits.maxFeatures, rng.fork('columns'))
  const edges = findEdges(features, columns)
  const binned: BinnedSamples = {
    ...{ bins: binAll(features, columns, edges), nSamples: features.nRows, nBins },
    ...{ nFeatures: columns.length, labels, nClasses },
  }
  const nDrawn = Math.min(features.nRows, limits.maxSamples)
  const nTried = Math.max(1, Math.round(Math.sqrt(columns.length)))
  const trees = Array.from({ length: limits.trees }, (_, t) => {
    const stream = rng.fork(`tree ${t}`)
    const rows = Int32Array.from({ length: nDrawn }, () => stream.integer(features.nRows))
    return growTree(binned, rows, { ...limits, nTried }, stream)
  })
  return {
    ...{ kind: 'random-forest', fittedOn: [...runs], nClasses, nFeatures: features.nCols },
    ...{ columns, edges, trees },
  }
}

/** Keeps the logarithm of an empty leaf finite. */
const leastShare = 1e-3

/**
 * Lets all trees vote.
 *
 * @param state - The forest.
 * @param features - Samples `[nSamples x nFeatures]`.
 * @returns Log of the mean share of each class over the trees, `[nSamples x nClasses]`.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the number of features differs from the training samples'.
 * @remarks O(nSamples * (features looked at + trees * depth)).
 */
export function scoreRandomForest(state: RandomForestState, features: Matrix): Matrix64 {
  assertFeatureCount(state.nFeatures, features)
  const { trees, columns, edges, nClasses } = state
  const { nRows } = features
  const bins = binAll(features, columns, edges)
  const data = new Float64Array(nRows * nClasses)
  for (const { feature, bin, left, shares } of trees)
    for (let row = 0; row < nRows; row++) {
      let node = 0
      while (feature[node]! >= 0)
        node = left[node]! + (bins[feature[node]! * nRows + row]! > bin[node]! ? 1 : 0)
      for (let c = 0; c < nClasses; c++)
        data[row * nClasses + c]! += shares[node * nClasses + c]! / trees.length
    }
  return {
    data: data.map((share) => Math.log(Math.max(share, leastShare))),
    nRows,
    nCols: nClasses,
  }
}

function drawColumns(nFeatures: number, most: number, rng: Rng): Int32Array {
  const all = Int32Array.from({ length: nFeatures }, (_, j) => j)
  return nFeatures <= most ? all : rng.shuffle(all).slice(0, most).sort()
}

function findEdges({ data, nRows, nCols }: Matrix, columns: Int32Array): Float32Array {
  const edges = new Float32Array(columns.length * (nBins - 1))
  const nTaken = Math.min(nRows, maxEdgeSamples)
  const values = new Float32Array(nTaken)
  columns.forEach((column, j) => {
    for (let i = 0; i < nTaken; i++)
      values[i] = data[Math.floor((i * nRows) / nTaken) * nCols + column]!
    values.sort()
    for (let b = 1; b < nBins; b++)
      edges[j * (nBins - 1) + b - 1] = values[Math.floor((b * nTaken) / nBins)]!
  })
  return edges
}

/** `[columns x nRows]`: the number of edges that lie below each value, found by halving. */
function binAll(
  { data, nRows, nCols }: Matrix,
  columns: Int32Array,
  edges: Float32Array,
): Uint8Array {
  const bins = new Uint8Array(columns.length * nRows)
  columns.forEach((column, j) => {
    const first = j * (nBins - 1)
    for (let row = 0; row < nRows; row++) {
      const value = data[row * nCols + column]!
      let below = 0
      for (let step = nBins >> 1; step > 0; step >>= 1)
        if (below + step < nBins && value > edges[first + below + step - 1]!) below += step
      bins[j * nRows + row] = below
    }
  })
  return bins
}
