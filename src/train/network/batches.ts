/** Samples `[nSamples x nFeatures]` -> the batches of an epoch, gathered by typed arrays; row-major. */
import { createTargets } from './targets.ts'
import type { NetworkTraining } from '../../../models/index.ts'
import type { Rng } from '../../core/rng.ts'

/** One batch, ready to become tensors; its arrays belong to it alone. */
export interface Batch {
  readonly nRows: number
  /** `[nRows x nFeatures]`, with noise. */
  readonly features: Float32Array
  /** `[nRows x nClasses]`, divided by `nRows`. */
  readonly targets: Float32Array
  /** Class index per row. */
  readonly labels: Int32Array
}

/** What batches are cut from. */
export interface BatchSource {
  readonly features: Float32Array
  readonly labels: Int32Array
  readonly nFeatures: number
  readonly nClasses: number
  /** `[nSamples x nClasses]`: weight of the sample times its target probabilities. */
  readonly targets: Float32Array
  /** Sample indices that make one epoch; a repeated one is seen more than once. */
  readonly pool: Int32Array
}

/**
 * Prepares samples for cutting batches.
 *
 * @param samples - Features `[nSamples x nFeatures]` and class indices.
 * @param nClasses - Number of classes.
 * @param training - How classes are balanced and targets smoothed.
 * @param rng - Draws repeated samples.
 * @returns The source of all batches.
 * @throws Never.
 */
export function createBatchSource(
  samples: { readonly features: Float32Array; readonly labels: Int32Array },
  nClasses: number,
  training: Pick<NetworkTraining, 'balance' | 'labelSmoothing'>,
  rng: Rng,
): BatchSource {
  const { features, labels } = samples
  const counts = new Int32Array(nClasses)
  for (const label of labels) counts[label]!++
  return {
    features,
    labels,
    nFeatures: features.length / Math.max(1, labels.length),
    nClasses,
    targets: createTargets(labels, counts, training.labelSmoothing, training.balance === 'weights'),
    pool: createPool(labels, nClasses, training.balance === 'oversample', rng),
  }
}

/**
 * The sample indices of one epoch: every sample once, or minority classes repeated until all are as frequent as the largest.
 *
 * @param labels - Class index per sample.
 * @param nClasses - Number of classes.
 * @param oversample - Whether to repeat samples of smaller classes, drawn with replacement.
 * @param rng - Draws the repeated samples.
 * @returns Indices into the samples.
 * @throws Never.
 */
export function createPool(
  labels: Int32Array,
  nClasses: number,
  oversample: boolean,
  rng: Rng,
): Int32Array {
  const all = Array.from(labels.keys())
  if (!oversample) return Int32Array.from(all)
  const members = Array.from({ length: nClasses }, (_, c) => all.filter((i) => labels[i] === c))
  const largest = Math.max(...members.map((group) => group.length))
  const repeated = members
    .filter((group) => group.length > 0)
    .flatMap((group) =>
      Array.from({ length: largest - group.length }, () => group[rng.integer(group.length)]!),
    )
  return Int32Array.from([...all, ...repeated])
}

/**
 * First and last position of every batch in an epoch.
 *
 * @param nSamples - Samples in the epoch.
 * @param batchSize - Samples in a batch.
 * @param dropPartial - Whether a smaller last batch is left out; if it is the only one it stays.
 * @returns `[start, end)` pairs; none without samples.
 * @throws Never.
 * @example
 * const bounds = batchBounds(5, 2, true) // bounds = [[0, 2], [2, 4]]
 */
export function batchBounds(
  nSamples: number,
  batchSize: number,
  dropPartial: boolean,
): [start: number, end: number][] {
  const bounds: [number, number][] = []
  for (let start = 0; start < nSamples; start += batchSize) {
    const end = Math.min(nSamples, start + batchSize)
    if (end - start === batchSize || !dropPartial || start === 0) bounds.push([start, end])
  }
  return bounds
}

/**
 * Gathers one batch and adds noise to its features.
 *
 * @param source - Samples and targets.
 * @param order - Sample indices in the order of the epoch.
 * @param bounds - Positions `[start, end)` in `order`.
 * @param noise - SD of the noise.
 * @param rng - Draws the noise.
 * @returns The batch.
 * @throws Never.
 */
export function gatherBatch(
  source: BatchSource,
  order: Int32Array,
  [start, end]: readonly [number, number],
  noise: number,
  rng: Rng,
): Batch {
  const { nFeatures, nClasses } = source
  const nRows = end - start
  const features = new Float32Array(nRows * nFeatures)
  const targets = new Float32Array(nRows * nClasses)
  const labels = new Int32Array(nRows)
  for (let row = 0; row < nRows; row++) {
    const sample = order[start + row]!
    features.set(
      source.features.subarray(sample * nFeatures, (sample + 1) * nFeatures),
      row * nFeatures,
    )
    for (let c = 0; c < nClasses; c++)
      targets[row * nClasses + c] = source.targets[sample * nClasses + c]! / nRows
    labels[row] = source.labels[sample]!
  }
  if (noise > 0) for (let i = 0; i < features.length; i++) features[i]! += noise * rng.normal()
  return { nRows, features, targets, labels }
}
