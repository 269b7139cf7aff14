import { describe, expect, it } from 'vitest'
import { resnet3dTraining, type VolumeTraining } from '../../../models/index.ts'
import { createRng } from '../../../src/core/rng.ts'
import {
  createVolumeFeed,
  createVolumeValidation,
  volumeInputs,
} from '../../../src/train/volumes/volume-feed.ts'
import { createRunStore } from '../../../src/train/volumes/run-store.ts'
import type { VolumeSamples } from '../../../src/train/volumes/index.ts'
import { grid, makeRuns } from './_volumes.ts'

const plain: VolumeTraining = {
  ...resnet3dTraining.compact,
  batchSize: 4,
  dropPartialBatch: false,
  inputNoise: 0,
  gainSd: 0,
  volumeZ: false,
  balance: 'none',
  labelSmoothing: 0,
}
const sizes = [5, 7, 3, 6]
const volumeBytes = 4 * 22
/** Where the first voxel of the mask, (1, 0, 0), comes to lie. */
const mark = 6

async function collect(samples: VolumeSamples, seed: number, maxBytes: number, changes = {}) {
  const store = createRunStore(samples.runs)
  let most = 0
  const watched = {
    ...store,
    hold: async (runs: readonly number[]) => {
      const held = await store.hold(runs)
      most = Math.max(most, store.heldBytes())
      return held
    },
  }
  const training = { ...plain, ...changes }
  const feed = createVolumeFeed(samples, training, createRng(0), maxBytes, watched)
  const batches: { marks: number[]; labels: number[]; targets: number[] }[] = []
  for await (const { features, labels, targets, nRows } of feed.epoch(createRng(seed)))
    batches.push({
      marks: Array.from({ length: nRows }, (_, row) => features[row * 24 + mark]!),
      labels: [...labels],
      targets: [...targets],
    })
  return { batches, most, marks: batches.flatMap(({ marks }) => marks), feed }
}

const everyVolume = sizes.flatMap((size, r) => Array.from({ length: size }, (_, t) => 100 * r + t))
const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b)

describe('createVolumeFeed', () => {
  it('gives every volume once per epoch, in an order of the stream, when all fits and when nearly nothing does', async () => {
    for (const nHeld of [1000, 12, 7, 1]) {
      const { samples } = makeRuns(sizes)
      const bound = nHeld * volumeBytes
      const first = await collect(samples, 1, bound)
      expect(ascending(first.marks)).toEqual(ascending(everyVolume))
      expect(first.batches.map(({ marks }) => marks.length)).toEqual([4, 4, 4, 4, 4, 1])
      expect((await collect(samples, 1, bound)).batches).toEqual(first.batches)
      expect((await collect(samples, 2, bound)).marks).not.toEqual(first.marks)
      expect([first.feed.samplesPerEpoch, first.feed.stepsPerEpoch]).toEqual([21, 6])
    }
  })

  it('never holds more than its bound, or than the largest run', async () => {
    for (const nHeld of [21, 12, 8, 7, 2]) {
      const { samples } = makeRuns(sizes)
      const { most } = await collect(samples, 3, nHeld * volumeBytes)
      expect(most).toBeLessThanOrEqual(Math.max(nHeld, 7) * volumeBytes)
    }
  })

  it('mixes all runs when they fit, and then reads each of them only once in its life', async () => {
    const { samples, reads } = makeRuns(sizes)
    const feed = createVolumeFeed(samples, plain, createRng(0), 1e6)
    const runsOfBatches: number[] = []
    for (const seed of [1, 2, 3])
      for await (const { features, nRows } of feed.epoch(createRng(seed)))
        runsOfBatches.push(
          new Set(
            Array.from({ length: nRows }, (_, row) => Math.floor(features[row * 24 + mark]! / 100)),
          ).size,
        )
    expect(reads).toHaveLength(4)
    expect(Math.max(...runsOfBatches)).toBeGreaterThan(2)
  })

  it('gives the same epoch whatever was asked for before: a resumed training sees what an uninterrupted one sees', async () => {
    const { samples } = makeRuns(sizes)
    const feed = createVolumeFeed(
      samples,
      { ...plain, inputNoise: 1, gainSd: 0.1 },
      createRng(0),
      900,
    )
    const epoch = async (seed: number) => {
      const all: number[][] = []
      for await (const { features } of feed.epoch(createRng(seed))) all.push([...features])
      return all
    }
    const direct = await epoch(5)
    await epoch(6)
    expect(await epoch(5)).toEqual(direct)
  })

  it('labels and weighs volumes as they are', async () => {
    const { samples } = makeRuns(sizes)
    const { batches } = await collect(samples, 1, 1e6, { labelSmoothing: 0.2 })
    for (const { marks, labels, targets } of batches)
      marks.forEach((value, row) => {
        const label = (Math.floor(value / 100) + (value % 100)) % 2
        expect(labels[row]).toBe(label)
        expect(targets[2 * row + label]).toBeCloseTo(0.9 / marks.length, 6)
      })
  })

  it('leaves the last batch out, or repeats the minority, where the settings say so', async () => {
    const { samples } = makeRuns(sizes)
    const dropped = await collect(samples, 1, 1e6, { dropPartialBatch: true })
    expect(dropped.marks).toHaveLength(20)
    const oversampled = await collect(samples, 1, 1e6, { balance: 'oversample' })
    const labels = oversampled.batches.flatMap((batch) => batch.labels)
    expect(labels.filter((label) => label === 0)).toHaveLength(labels.length / 2)
  })

  it('adds noise inside the mask only, of the SD asked for', async () => {
    const { samples } = makeRuns([40])
    const feed = createVolumeFeed(
      samples,
      { ...plain, inputNoise: 3, gainSd: 0.2 },
      createRng(0),
      1e6,
    )
    const still = createVolumeFeed(samples, { ...plain, gainSd: 0.2 }, createRng(0), 1e6)
    const values = async (source: typeof feed) => {
      const all: number[] = []
      for await (const { features } of source.epoch(createRng(1))) all.push(...features)
      return all
    }
    const noisy = await values(feed)
    expect(noisy.filter((_, i) => i % 24 === 0).every((value) => value === 0)).toBe(true)
    expect(noisy).not.toEqual(await values(still))
    const inside = noisy.filter((_, i) => i % 24 === 10)
    const variance = inside.reduce((sum, value) => sum + value * value, 0) / inside.length
    expect(variance).toBeGreaterThan(5)
    expect(variance).toBeLessThan(18)
  })
})

describe('createVolumeValidation', () => {
  it('gives all volumes in order, one run at a time', async () => {
    const { samples, reads } = makeRuns([3, 40])
    const feed = createVolumeValidation(samples, { volumeZ: false })
    const marks: number[] = []
    for await (const chunk of feed.chunks())
      for (let at = mark; at < chunk.length; at += 24) marks.push(chunk[at]!)
    expect(marks).toEqual([0, 1, 2, ...Array.from({ length: 40 }, (_, t) => 100 + t)])
    expect(feed.labels).toHaveLength(43)
    expect(reads).toHaveLength(2)
  })
})

describe('volumeInputs', () => {
  it("normalises volumes on request, leaves the caller's alone, and gives nothing for none", () => {
    const data = Float64Array.from({ length: 44 }, (_, i) => i)
    const before = data.slice()
    const [chunk] = [...volumeInputs(grid, { data, nRows: 2, nCols: 22 }, { volumeZ: true })]
    const sum = chunk!.slice(24).reduce((total, value) => total + value, 0)
    expect(sum).toBeCloseTo(0, 4)
    expect(data).toEqual(before)
    expect([...volumeInputs(grid, { data: [], nRows: 0, nCols: 22 }, { volumeZ: true })]).toEqual(
      [],
    )
  })
})
