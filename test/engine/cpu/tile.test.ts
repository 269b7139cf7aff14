import { describe, it, expect } from 'vitest'
import { openEngine } from '../../../src/engine/index.ts'
import { onBoth } from '../_tensors.ts'

const { tf } = await openEngine('cpu')

describe('tile', () => {
  const cases: [number[], number[]][] = [
    [
      [1, 1, 1, 3],
      [1, 2, 5, 1],
    ],
    [[3], [1]],
    [[3], [4]],
    [
      [1, 3],
      [7, 1],
    ],
    [
      [2, 3],
      [2, 2],
    ],
    [
      [1, 3],
      [0, 1],
    ],
  ]
  it.each(cases)('repeats %j by %j as the stock backend does', async (shape, reps) => {
    const run = (): { values: number[]; shape: number[] } =>
      tf.tidy(() => {
        const y = tf.tile(tf.reshape(tf.range(1, 1 + shape.reduce((a, b) => a * b)), shape), reps)
        return { values: [...y.dataSync()], shape: y.shape }
      })
    const { own, stock } = await onBoth(tf, run)
    expect(own).toEqual(stock)
  })
})
