import { describe, it, expect } from 'vitest'
import { openEngine } from '../../../src/engine/index.ts'
import { poolVolume } from '../../../src/engine/cpu/volume-shape.ts'
import { referenceMaxPool } from '../../../src/engine/self-test/volume-reference.ts'
import { noise, onBoth, relativeError, size } from '../_tensors.ts'
import type { Tensor, Tensor5D } from '@tensorflow/tfjs-core'

const { tf } = await openEngine('cpu')

type Shape5 = [number, number, number, number, number]

/** Input, filter, stride, padding. */
const cases: [Shape5, number, number, 'same' | 'valid'][] = [
  [[1, 4, 6, 8, 4], 3, 2, 'same'],
  [[3, 5, 4, 7, 8], 3, 2, 'same'],
  [[2, 5, 5, 3, 1], 3, 1, 'same'],
  [[1, 6, 5, 4, 7], 2, 2, 'valid'],
  [[2, 3, 3, 3, 5], 3, 3, 'valid'],
  [[1, 2, 2, 2, 6], 5, 1, 'same'],
]

function gradientOf(pool: (x: Tensor) => Tensor, x: Float32Array, shape: Shape5, dy: Float32Array) {
  return tf.tidy(() => {
    const input = tf.tensor(x, shape)
    const y = pool(input)
    const dx = tf.grad(pool)(input, tf.tensor(dy, y.shape))
    return { y: y.dataSync<'float32'>(), dx: dx.dataSync<'float32'>() }
  })
}

describe('max pooling of volumes', () => {
  it.each(cases)(
    'agrees with plain loops, in windows of negative values too: input %j, filter %i, stride %i, %s',
    (shape, filterSize, strides, pad) => {
      const volume = poolVolume(shape, { filterSize, strides, pad })
      const dy = noise(volume.N * size(volume.output) * volume.C, 'dy')
      for (const offset of [0, -20]) {
        const x = noise(size(shape), 'x').map((value) => value + offset)
        const reference = referenceMaxPool(volume, x, dy)
        const pool = (t: Tensor): Tensor => tf.maxPool3d(t as Tensor5D, filterSize, strides, pad)
        const { y, dx } = gradientOf(pool, x, shape, dy)
        expect([...y]).toEqual([...reference.y])
        expect(relativeError(dx, reference.dx)).toBeLessThan(1e-6)
      }
    },
  )

  it('gives equal values as the stock backend does, and leaves windows of many taps to it', async () => {
    const x = noise(2 * 7 * 7 * 7 * 3, 'x').map((value) => Math.max(0, Math.round(value)))
    const run = () =>
      [3, 7].map((width) => {
        const pool = (t: Tensor): Tensor => tf.maxPool3d(t as Tensor5D, width, 2, 'same')
        return gradientOf(pool, x, [2, 7, 7, 7, 3], noise(2 * 64 * 3, 'dy'))
      })
    const { own, stock } = await onBoth(tf, run)
    own.forEach(({ y, dx }, i) => {
      expect([...y]).toEqual([...stock[i]!.y])
      expect(relativeError(dx, stock[i]!.dx)).toBeLessThan(1e-6)
    })
  })
})

describe('average pooling of volumes', () => {
  it.each(cases)(
    'is the mean of the voxels that exist, and its gradient the transpose: input %j, filter %i, stride %i, %s',
    async (shape, filterSize, strides, pad) => {
      const volume = poolVolume(shape, { filterSize, strides, pad })
      const [x, dy] = [
        noise(size(shape), 'x'),
        noise(volume.N * size(volume.output) * volume.C, 'dy'),
      ]
      const pool = (t: Tensor): Tensor => tf.avgPool3d(t as Tensor5D, filterSize, strides, pad)
      const { y, dx } = gradientOf(pool, x, shape, dy)
      const { stock } = await onBoth(tf, () =>
        tf.tidy(() => pool(tf.tensor(x, shape)).dataSync<'float32'>()),
      )
      expect(relativeError(y, stock)).toBeLessThan(1e-6)
      // <dy, A x> = <A' dy, x> for a linear map A.
      const dot = (a: Float32Array, b: Float32Array): number =>
        a.reduce((s, v, i) => s + v * b[i]!, 0)
      expect(Math.abs(dot(dy, y) - dot(dx, x))).toBeLessThan(
        1e-5 * Math.sqrt(dot(dy, dy) * dot(y, y)),
      )
    },
  )
})
