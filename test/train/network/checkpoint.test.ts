import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openCheckpointStore, type Checkpoint } from '../../../src/train/network/checkpoint.ts'

const folder = await mkdtemp(join(tmpdir(), 'limbic-checkpoint-'))
afterAll(() => rm(folder, { recursive: true }))

const checkpoint: Checkpoint = {
  progress: {
    records: [{ epoch: 0, loss: 1, accuracy: 0.5 }],
    plateau: { learningRate: 0.1, best: Infinity, waited: 0 },
    best: null,
  },
  weights: [{ name: 'conv1/kernel', shape: [2], data: Float32Array.of(1, 2) }],
  slots: [],
}

describe('a checkpoint store', () => {
  it('gives back what was saved, to the same fingerprint only, until it is removed', async () => {
    const store = openCheckpointStore(join(folder, 'new'), 'a')
    expect(await store.load()).toBeUndefined()
    await store.save(checkpoint)
    expect(await store.load()).toMatchObject(checkpoint)
    expect(await openCheckpointStore(join(folder, 'new'), 'b').load()).toBeUndefined()
    await store.remove()
    expect(await store.load()).toBeUndefined()
    await store.remove()
  })
})
