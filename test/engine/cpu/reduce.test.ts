import { describe, it, expect } from 'vitest'
import { openEngine } from '../../../src/engine/index.ts'
import { noise, onBoth, relativeError, size } from '../_tensors.ts'

const { tf } = await openEngine('cpu')

describe('sum and mean', () => {
  const cases: [number[], number | number[] | undefined][] = [
    [[7], undefined],
    [[3, 5], 0],
    [[3, 5], 1],
    [[3, 5], -1],
    [[3, 5], undefined],
    [[200, 33], 0],
    [[2, 1500], 1],
    [
      [4, 5, 6],
      [0, 1],
    ],
    [
      [4, 5, 6],
      [1, 0],
    ],
    [
      [4, 5, 6],
      [1, 2],
    ],
    [
      [4, 5, 6],
      [0, 2],
    ],
    [[4, 5, 6], 1],
    [[1, 1], undefined],
  ]
  it.each(cases)('agree with the stock backend: %j over %j', async (shape, axis) => {
    const run = (): { values: Float32Array; shape: number[] }[] =>
      tf.tidy(() => {
        const x = tf.tensor(noise(size(shape), 'x'), shape)
        return [
          tf.sum(x, axis),
          tf.mean(x, axis),
          tf.sum(x, axis, true),
          tf.mean(x, axis, true),
        ].map((y) => ({ values: y.dataSync<'float32'>(), shape: y.shape }))
      })
    const { own, stock } = await onBoth(tf, run)
    own.forEach(({ values, shape: found }, i) => {
      expect(found).toEqual(stock[i]!.shape)
      expect(relativeError(values, stock[i]!.values)).toBeLessThan(1e-5)
    })
  })

  it('sums millions without losing the small ones', () => {
    const total = tf.tidy(() => tf.sum(tf.fill([3_000_000], 0.1)).dataSync()[0]!)
    expect(Math.abs(total / (3_000_000 * Math.fround(0.1)) - 1)).toBeLessThan(1e-6)
    const columns = tf.tidy(() => tf.sum(tf.fill([1_000_000, 3], 0.1), 0).dataSync())
    expect(Math.abs(columns[1]! / (1_000_000 * Math.fround(0.1)) - 1)).toBeLessThan(1e-6)
  })

  it('gives zero for nothing, and takes scalars and truth values', () => {
    const values = tf.tidy(() => [
      tf.sum(tf.zeros([0, 3])).dataSync()[0],
      tf.sum(tf.scalar(4)).dataSync()[0],
      tf.sum(tf.tensor1d([true, false, true], 'bool')).dataSync()[0],
    ])
    expect(values).toEqual([0, 4, 2])
  })
})
