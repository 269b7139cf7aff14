import { describe, expect, it } from 'vitest'
import { cnn1dTraining } from '../../../models/index.ts'
import { createRng } from '../../../src/core/rng.ts'
import { createArrayFeed, createArrayValidation } from '../../../src/train/network/feed.ts'

const samples = {
  features: Float32Array.from({ length: 14 }, (_, i) => Math.floor(i / 2)),
  labels: Int32Array.of(0, 0, 0, 0, 0, 1, 1),
}
const training = {
  ...cnn1dTraining.compact,
  batchSize: 3,
  dropPartialBatch: false,
  inputNoise: 0,
  balance: 'none',
} as const

async function collect(
  feed: ReturnType<typeof createArrayFeed>,
  seed: number,
): Promise<number[][]> {
  const batches: number[][] = []
  for await (const { features, nRows } of feed.epoch(createRng(seed)))
    batches.push([...features].filter((_, i) => i % 2 === 0).slice(0, nRows))
  return batches
}

describe('createArrayFeed', () => {
  it('gives every sample once per epoch, in an order of the stream', async () => {
    const feed = createArrayFeed(samples, 2, training, createRng(0))
    const [first, again, second] = [
      await collect(feed, 1),
      await collect(feed, 1),
      await collect(feed, 2),
    ]
    expect(first.map((batch) => batch.length)).toEqual([3, 3, 1])
    expect(first.flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(again).toEqual(first)
    expect(second).not.toEqual(first)
    expect([feed.samplesPerEpoch, feed.stepsPerEpoch]).toEqual([7, 3])
  })

  it('leaves the last, smaller batch out where the settings say so', async () => {
    const feed = createArrayFeed(samples, 2, { ...training, dropPartialBatch: true }, createRng(0))
    expect((await collect(feed, 1)).map((batch) => batch.length)).toEqual([3, 3])
    expect([feed.samplesPerEpoch, feed.stepsPerEpoch]).toEqual([6, 2])
  })

  it('repeats minority samples where the settings say so', async () => {
    const feed = createArrayFeed(samples, 2, { ...training, balance: 'oversample' }, createRng(0))
    const seen = (await collect(feed, 1)).flat()
    expect(seen).toHaveLength(10)
    expect(seen.filter((sample) => sample >= 5)).toHaveLength(5)
  })
})

describe('createArrayValidation', () => {
  it('gives everything at once', async () => {
    const feed = createArrayValidation(samples)
    const chunks: Float32Array[] = []
    for await (const chunk of feed.chunks()) chunks.push(chunk)
    expect(chunks).toEqual([samples.features])
    expect(feed.labels).toBe(samples.labels)
  })
})
