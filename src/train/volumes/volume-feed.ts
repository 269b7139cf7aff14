/** Runs of volumes on disk -> the batches of an epoch, with a bounded number of volumes in memory. */
import type { VolumeTraining } from '../../../models/index.ts'
import type { Rng } from '../../core/rng.ts'
import { batchBounds, createPool, type Batch } from '../network/batches.ts'
import type { SampleFeed, ValidationFeed } from '../network/feed.ts'
import { createTargets } from '../network/targets.ts'
import { createPlacement, drawAugmentation, placeVolume, standardizeVolume } from './placement.ts'
import { createRunStore, cutWindows, type RunStore } from './run-store.ts'
import { volumeLabels, type VolumeSamples } from './volume-samples.ts'

/** Volumes that go through the network at once when nothing is trained. */
export const volumesPerForward = 32

/**
 * Feeds training with volumes.
 *
 * @param samples - The runs.
 * @param training - Batch size, balance, label smoothing, normalisation and augmentation.
 * @param rng - Draws repeated samples.
 * @param maxBytes - The most that volumes (float32, voxels of the mask only) may take in memory between batches. A run that is larger is held
 *   by itself.
 * @param store - Holds the runs.
 * @returns The feed. An epoch goes through the runs in a new order, a window of as many as fit at a time, and through the volumes of a
 *   window in a new order; when all runs fit, that is a shuffle of everything and nothing is read twice.
 * @throws Never; iterating throws what reading throws.
 */
export function createVolumeFeed(
  samples: VolumeSamples,
  training: VolumeTraining,
  rng: Rng,
  maxBytes: number,
  store: RunStore = createRunStore(samples.runs),
): SampleFeed {
  const labels = volumeLabels(samples)
  const pool = createPool(labels, samples.nClasses, training.balance === 'oversample', rng)
  const bounds = batchBounds(pool.length, training.batchSize, training.dropPartialBatch)
  const nVoxels = samples.grid.voxels.length
  const bytesOf = (run: number): number => 4 * nVoxels * samples.runs[run]!.labels.length
  const members = groupByRun(samples, pool)
  const gather = createGatherer(samples, training, labels)
  return {
    samplesPerEpoch: bounds.reduce((sum, [start, end]) => sum + end - start, 0),
    stepsPerEpoch: bounds.length,
    async *epoch(stream) {
      const [runOrder, order, chance] = ['runs', 'order', 'noise'].map((name) => stream.fork(name))
      const runs = runOrder!.shuffle([...samples.runs.keys()])
      const batches = bounds.values()
      let batch = startBatch(batches.next().value, samples)
      for (const window of cutWindows(runs, bytesOf, maxBytes)) {
        const matrices = await store.hold(window)
        const refs = window.flatMap((run, i) =>
          members[run]!.map((member) => ({ ...member, matrix: matrices[i]! })),
        )
        for (const { sample, row, matrix } of order!.shuffle(refs)) {
          if (batch === undefined) return
          const values = matrix.data.slice(row * nVoxels, (row + 1) * nVoxels)
          gather(batch, sample, values, chance!)
          if (batch.nFilled < batch.nRows) continue
          yield batch
          batch = startBatch(batches.next().value, samples)
        }
      }
    },
  }
}

/**
 * Feeds validation with volumes, run by run.
 *
 * @param samples - The runs.
 * @param training - Says how volumes are normalised.
 * @returns The feed; one run is in memory at a time.
 * @throws Never; iterating throws what reading throws.
 */
export function createVolumeValidation(
  samples: VolumeSamples,
  training: Pick<VolumeTraining, 'volumeZ'>,
): ValidationFeed {
  return {
    labels: volumeLabels(samples),
    async *chunks() {
      for (const run of samples.runs) yield* volumeInputs(samples.grid, await run.read(), training)
    },
  }
}

/**
 * Turns volumes into network input, some at a time.
 *
 * @param grid - Where their voxels lie.
 * @param volumes - `[nVolumes x nVoxels]`.
 * @param training - Says how volumes are normalised.
 * @returns Chunks of `[nChunk x nx x ny x nz]`.
 * @throws Never.
 */
export function* volumeInputs(
  grid: VolumeSamples['grid'],
  volumes: { readonly data: ArrayLike<number>; readonly nRows: number; readonly nCols: number },
  { volumeZ }: Pick<VolumeTraining, 'volumeZ'>,
): Generator<Float32Array> {
  const placement = createPlacement(grid)
  const size = grid.shape[0] * grid.shape[1] * grid.shape[2]
  const { data, nRows, nCols } = volumes
  const values = new Float32Array(nCols)
  for (let start = 0; start < nRows; start += volumesPerForward) {
    const n = Math.min(volumesPerForward, nRows - start)
    const input = new Float32Array(n * size)
    for (let i = 0; i < n; i++) {
      for (let v = 0; v < nCols; v++) values[v] = data[(start + i) * nCols + v]!
      if (volumeZ) standardizeVolume(values)
      placeVolume(placement, values, input.subarray(i * size, (i + 1) * size))
    }
    yield input
  }
}

interface Member {
  /** Index over all runs. */
  readonly sample: number
  /** Index within the run. */
  readonly row: number
}

/** A batch on its way. */
interface GrowingBatch extends Batch {
  nFilled: number
}

function groupByRun({ runs }: VolumeSamples, pool: Int32Array): readonly (readonly Member[])[] {
  const runOf: number[] = []
  const rowOf: number[] = []
  runs.forEach(({ labels }, run) =>
    labels.forEach((_, row) => {
      runOf.push(run)
      rowOf.push(row)
    }),
  )
  const members: Member[][] = runs.map(() => [])
  for (const sample of pool) members[runOf[sample]!]!.push({ sample, row: rowOf[sample]! })
  return members
}

function startBatch(
  bounds: readonly [start: number, end: number] | undefined,
  { grid, nClasses }: VolumeSamples,
): GrowingBatch | undefined {
  if (bounds === undefined) return undefined
  const nRows = bounds[1] - bounds[0]
  const size = grid.shape[0] * grid.shape[1] * grid.shape[2]
  return {
    nRows,
    nFilled: 0,
    features: new Float32Array(nRows * size),
    targets: new Float32Array(nRows * nClasses),
    labels: new Int32Array(nRows),
  }
}

/** Adds one volume to a batch. */
function createGatherer(
  { grid, nClasses }: VolumeSamples,
  training: VolumeTraining,
  labels: Int32Array,
): (batch: GrowingBatch, sample: number, values: Float32Array, rng: Rng) => void {
  const counts = new Int32Array(nClasses)
  for (const label of labels) counts[label]!++
  const isWeighted = training.balance === 'weights'
  const targets = createTargets(labels, counts, training.labelSmoothing, isWeighted)
  const placement = createPlacement(grid)
  const size = grid.shape[0] * grid.shape[1] * grid.shape[2]
  const { volumeZ, inputNoise } = training
  return (batch, sample, values, rng) => {
    const at = batch.nFilled++
    if (volumeZ) standardizeVolume(values)
    const augmentation = drawAugmentation(training, rng)
    if (inputNoise > 0)
      for (let v = 0; v < values.length; v++)
        // The gain is for the signal; noise is added to what comes out of it.
        values[v]! += (inputNoise / augmentation.gain) * rng.normal()
    const input = batch.features.subarray(at * size, (at + 1) * size)
    placeVolume(placement, values, input, augmentation)
    batch.labels[at] = labels[sample]!
    for (let c = 0; c < nClasses; c++)
      batch.targets[at * nClasses + c] = targets[sample * nClasses + c]! / batch.nRows
  }
}
