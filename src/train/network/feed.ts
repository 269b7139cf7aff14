/** Samples in memory -> the batches of an epoch and the chunks of a validation, which is how training takes samples from anywhere. */
import { batchBounds, createBatchSource, gatherBatch, type Batch } from './batches.ts'
import type { NetworkTraining } from '../../../models/index.ts'
import type { Rng } from '../../core/rng.ts'

/** Samples `[nSamples x nFeatures]` with a class index each. */
export interface LabelledFeatures {
  readonly features: Float32Array
  readonly labels: Int32Array
}

/** Where the batches of an epoch come from. */
export interface SampleFeed {
  readonly samplesPerEpoch: number
  readonly stepsPerEpoch: number
  /** The batches of one epoch; the same stream gives the same batches, whatever was asked for before. */
  epoch(stream: Rng): AsyncIterable<Batch>
}

/** Where validation samples come from, a chunk at a time. */
export interface ValidationFeed {
  /** Class index per sample. */
  readonly labels: Int32Array
  /** `[nChunk x nFeatures]` each, in the order of the labels. */
  chunks(): AsyncIterable<Float32Array>
}

/**
 * Feeds training from samples in memory.
 *
 * @param samples - Features and class indices.
 * @param nClasses - Number of classes.
 * @param training - Batch size, balance, label smoothing and input noise.
 * @param rng - Draws repeated samples.
 * @returns The feed.
 * @throws Never.
 */
export function createArrayFeed(
  samples: LabelledFeatures,
  nClasses: number,
  training: NetworkTraining,
  rng: Rng,
): SampleFeed {
  const source = createBatchSource(samples, nClasses, training, rng)
  const bounds = batchBounds(source.pool.length, training.batchSize, training.dropPartialBatch)
  return {
    samplesPerEpoch: bounds.reduce((sum, [start, end]) => sum + end - start, 0),
    stepsPerEpoch: bounds.length,
    // eslint-disable-next-line @typescript-eslint/require-await -- other feeds read from disk
    async *epoch(stream) {
      const order = stream.fork('order').shuffle(source.pool.slice())
      const noise = stream.fork('noise')
      for (const bound of bounds)
        yield gatherBatch(source, order, bound, training.inputNoise, noise)
    },
  }
}

/**
 * Feeds validation from samples in memory.
 *
 * @param samples - Features and class indices.
 * @returns The feed: one chunk.
 * @throws Never.
 */
export function createArrayValidation({ features, labels }: LabelledFeatures): ValidationFeed {
  return {
    labels,
    // eslint-disable-next-line @typescript-eslint/require-await -- other feeds read from disk
    async *chunks() {
      yield features
    },
  }
}
