import { describe, it, expect } from 'vitest'
import { openEngine } from '../../../src/engine/index.ts'
import type { CpuBackend } from '../../../src/engine/cpu/backend.ts'
import { noise, onBoth } from '../_tensors.ts'

const { tf } = await openEngine('cpu')
const backend = tf.backend() as CpuBackend

describe('createCpuBackend', () => {
  it('reads copies: values stay when their tensor is gone and its room is reused', () => {
    const y = tf.tidy(() => tf.add(tf.tensor1d([1, 2, 3, 4]), 1))
    const values = y.dataSync()
    y.dispose()
    const others = Array.from({ length: 8 }, () =>
      tf.tidy(() => tf.add(tf.tensor1d([9, 9, 9, 9]), 1)),
    )
    expect([...values]).toEqual([2, 3, 4, 5])
    tf.dispose(others)
  })

  it('keeps a slice whole when what it was cut from is gone', () => {
    const part = tf.tidy(() => tf.slice(tf.add(tf.tensor1d([1, 2, 3, 4]), 1), [1], [2]))
    const others = Array.from({ length: 8 }, () =>
      tf.tidy(() => tf.add(tf.tensor1d([9, 9, 9, 9]), 1)),
    )
    expect([...part.dataSync()]).toEqual([3, 4])
    tf.dispose([part, ...others])
  })

  it('shares data between a tensor and its clone until the last one is gone', () => {
    const y = tf.tidy(() => tf.mul(tf.tensor1d([1, 2, 3]), 2))
    const clone = tf.reshape(y, [3, 1])
    y.dispose()
    const other = tf.tidy(() => tf.mul(tf.tensor1d([7, 7, 7]), 2))
    expect([...clone.dataSync()]).toEqual([2, 4, 6])
    tf.dispose([clone, other])
  })

  it('moves a tensor into the heap once', () => {
    const x = tf.tensor1d(noise(100, 'x'))
    const before = x.dataSync()
    const pointer = backend.pointerOf(x)
    expect(backend.pointerOf(x)).toBe(pointer)
    expect(pointer % 64).toBe(0)
    expect([...x.dataSync()]).toEqual([...before])
    x.dispose()
  })

  it('gives tensors to another backend and takes them back', async () => {
    const x = tf.tidy(() => tf.add(tf.tensor1d([1, 2, 3]), 1))
    const { stock: doubled } = await onBoth(tf, () => tf.mul(x, 2))
    const last = tf.add(doubled, 1)
    expect([...last.dataSync()]).toEqual([5, 7, 9])
    tf.dispose([x, doubled, last])
  })
})
