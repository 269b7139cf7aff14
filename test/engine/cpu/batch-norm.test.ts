import { describe, it, expect } from 'vitest'
import { openEngine } from '../../../src/engine/index.ts'
import { noise, onBoth, relativeError, size } from '../_tensors.ts'
import type { Rank, Tensor } from '@tensorflow/tfjs-core'

const { tf } = await openEngine('cpu')

describe('batch normalisation', () => {
  it.each([[[7, 5]], [[2, 3, 8]], [[2, 3, 4, 6]], [[1, 1]]])(
    'agrees with the stock backend, and so do its gradients: %j',
    async (shape) => {
      const C = shape.at(-1)!
      const row = (name: string): Tensor => tf.tensor1d(noise(C, name))
      const run = (): Float32Array[] =>
        tf.tidy(() => {
          const variance = tf.abs(row('variance'))
          const inputs = [tf.tensor(noise(size(shape), 'x'), shape), row('mean'), variance]
          const normalise = (...[x, mean, v, offset, scale]: Tensor[]): Tensor =>
            tf.batchNorm(x!, mean as never, v as never, offset, scale, 1e-3)
          const all = [...inputs, row('offset'), row('scale')]
          return [
            normalise(...inputs),
            normalise(...all),
            ...tf.grads(normalise)(all, tf.tensor(noise(size(shape), 'dy'), shape)),
          ].map((tensor) => tensor.dataSync<'float32'>())
        })
      const { own, stock } = await onBoth(tf, run)
      expect(own.length).toBe(7)
      own.forEach((values, i) => expect(relativeError(values, stock[i]!)).toBeLessThan(1e-5))
    },
  )

  it('leaves statistics of their own per position to the stock kernel', async () => {
    const { own, stock } = await onBoth(tf, () =>
      tf.tidy(() => {
        const [x, mean] = ['x', 'mean'].map((name) => tf.tensor2d(noise(12, name), [3, 4]))
        return tf
          .batchNorm2d(x as never, mean as never, tf.ones<Rank.R2>([3, 4]))
          .dataSync<'float32'>()
      }),
    )
    expect(relativeError(own, stock)).toBeLessThan(1e-6)
  })
})
