import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import {
  batchBounds,
  createBatchSource,
  createPool,
  gatherBatch,
} from '../../../src/train/network/batches.ts'

describe('batchBounds', () => {
  it('keeps a partial batch, drops it, but never drops the only one', () => {
    expect(batchBounds(5, 2, false)).toEqual([
      [0, 2],
      [2, 4],
      [4, 5],
    ])
    expect(batchBounds(5, 2, true)).toEqual([
      [0, 2],
      [2, 4],
    ])
    expect(batchBounds(3, 64, true)).toEqual([[0, 3]])
    expect(batchBounds(0, 64, true)).toEqual([])
  })
})

describe('createPool', () => {
  it('holds every sample, and with oversampling every class as often as the largest', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 40 }), (classes) => {
        const labels = Int32Array.from(classes)
        const plain = createPool(labels, 4, false, createRng(1))
        expect([...plain]).toEqual([...labels.keys()])
        const pool = createPool(labels, 4, true, createRng(1))
        expect(new Set(pool)).toEqual(new Set(labels.keys()))
        const counts = [0, 1, 2, 3].map((c) => pool.filter((i) => labels[i] === c).length)
        expect(new Set(counts.filter((count) => count > 0)).size).toBe(1)
      }),
    )
  })
})

describe('gatherBatch', () => {
  const samples = {
    features: Float32Array.of(1, 2, 3, 4, 5, 6),
    labels: Int32Array.of(0, 1, 1),
  }
  const source = createBatchSource(samples, 2, { balance: 'none', labelSmoothing: 0 }, createRng(1))

  it('takes rows in the order given and divides the targets by the rows', () => {
    const batch = gatherBatch(source, Int32Array.of(2, 0, 1), [0, 2], 0, createRng(1))
    expect(batch).toEqual({
      nRows: 2,
      features: Float32Array.of(5, 6, 1, 2),
      targets: Float32Array.of(0, 0.5, 0.5, 0),
      labels: Int32Array.of(1, 0),
    })
  })

  it('adds noise of the given spread to a copy', () => {
    const order = new Int32Array(4000)
    const batch = gatherBatch(source, order, [0, 4000], 0.5, createRng(1))
    const errors = Array.from(batch.features, (value, i) => value - samples.features[i % 2]!)
    const sd = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length)
    expect(sd).toBeGreaterThan(0.48)
    expect(sd).toBeLessThan(0.52)
    expect(samples.features[0]).toBe(1)
  })
})
