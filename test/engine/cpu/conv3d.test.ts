import { describe, it, expect } from 'vitest'
import { openEngine } from '../../../src/engine/index.ts'
import { chooseAlgorithm } from '../../../src/engine/cpu/conv3d.ts'
import { byPatches } from '../../../src/engine/cpu/volume-patches.ts'
import { pointwise } from '../../../src/engine/cpu/volume-pointwise.ts'
import { convolutionVolume } from '../../../src/engine/cpu/volume-shape.ts'
import { winograd } from '../../../src/engine/cpu/volume-winograd.ts'
import { referenceVolumeConvolution } from '../../../src/engine/self-test/volume-reference.ts'
import { noise, onBoth, relativeError, size } from '../_tensors.ts'
import type { Tensor, Tensor5D } from '@tensorflow/tfjs-core'

const { tf } = await openEngine('cpu')

type Shape5 = [number, number, number, number, number]
type Pad = 'same' | 'valid'

/** Input, filter, stride, padding, algorithm. */
const cases: [Shape5, Shape5, number, Pad, object][] = [
  [[1, 4, 4, 4, 1], [1, 1, 1, 1, 1], 1, 'valid', pointwise],
  [[3, 3, 4, 5, 6], [1, 1, 1, 6, 10], 1, 'same', pointwise],
  [[2, 4, 6, 8, 3], [1, 1, 1, 3, 5], 2, 'valid', pointwise],
  [[2, 4, 6, 7, 3], [1, 1, 1, 3, 5], 2, 'same', pointwise],
  [[1, 5, 3, 7, 4], [1, 1, 1, 4, 8], 2, 'valid', pointwise],
  [[2, 5, 4, 3, 2], [3, 3, 3, 2, 3], 1, 'same', byPatches],
  [[1, 5, 6, 4, 7], [3, 3, 3, 7, 2], 1, 'valid', byPatches],
  [[3, 4, 5, 6, 1], [7, 7, 7, 1, 8], 2, 'same', byPatches],
  [[1, 9, 8, 7, 1], [7, 7, 7, 1, 4], 2, 'same', byPatches],
  [[2, 5, 6, 7, 4], [3, 3, 3, 4, 4], 2, 'same', byPatches],
  [[2, 6, 5, 7, 3], [2, 3, 1, 3, 5], 2, 'valid', byPatches],
  [[1, 4, 4, 5, 2], [2, 2, 2, 2, 2], 3, 'same', byPatches],
  [[1, 3, 2, 2, 2], [5, 5, 5, 2, 3], 1, 'same', byPatches],
  [[3, 4, 4, 4, 32], [3, 3, 3, 32, 32], 1, 'same', winograd],
  [[1, 5, 7, 6, 36], [3, 3, 3, 36, 32], 1, 'same', winograd],
  [[3, 7, 6, 5, 32], [3, 3, 3, 32, 40], 1, 'valid', winograd],
  // More tiles than are worked on at once, even and odd in number.
  [[1, 14, 14, 8, 32], [3, 3, 3, 32, 32], 1, 'same', winograd],
  [[1, 13, 13, 10, 32], [3, 3, 3, 32, 36], 1, 'same', winograd],
]

describe('conv3d and its gradients', () => {
  it.each(cases)(
    'agree with plain loops: input %j, filter %j, stride %i, %s',
    (input, filter, stride, pad, algorithm) => {
      const shape = convolutionVolume(input, filter, { strides: stride, pad })
      expect(chooseAlgorithm(shape)).toBe(algorithm)
      const [x, w] = [noise(size(input), 'x'), noise(size(filter), 'filter')]
      const output: Shape5 = [shape.N, ...shape.output, shape.Cout]
      const dy = noise(size(output), 'dy')
      const reference = referenceVolumeConvolution(shape, x, w, dy)
      const [y, dx, dFilter] = tf.tidy(() => {
        const convolve = (a: Tensor, b: Tensor): Tensor =>
          tf.conv3d(a as Tensor5D, b as Tensor5D, stride, pad)
        const inputs = [tf.tensor(x, input), tf.tensor(w, filter)] as const
        const gradients = tf.grads(convolve)([...inputs], tf.tensor(dy, output))
        return [convolve(...inputs), ...gradients].map((tensor) => tensor.dataSync<'float32'>())
      })
      expect(relativeError(y!, reference.y)).toBeLessThan(1e-5)
      expect(relativeError(dx!, reference.dx)).toBeLessThan(1e-5)
      expect(relativeError(dFilter!, reference.dFilter)).toBeLessThan(1e-5)
    },
  )

  it('samples the even voxels with valid padding, and the odd ones with the same padding of TensorFlow.js', () => {
    const sampled = (pad: Pad): number[] => {
      const [input, filter]: Shape5[] = [
        [1, 1, 1, 6, 1],
        [1, 1, 1, 1, 1],
      ]
      return tf.tidy(() => {
        const x = tf.tensor5d([0, 1, 2, 3, 4, 5], input)
        return [...tf.conv3d(x, tf.ones(filter!), [1, 1, 2], pad).dataSync()]
      })
    }
    expect(sampled('valid')).toEqual([0, 2, 4])
    expect(sampled('same')).toEqual([1, 3, 5])
  })

  it('agrees with the stock backend where that is right, and with a stride of its own per axis', async () => {
    const run = (): Float32Array[] =>
      tf.tidy(() => {
        const x = tf.tensor5d(noise(2 * 5 * 6 * 7 * 3, 'x'), [2, 5, 6, 7, 3])
        const filter = tf.tensor5d(noise(27 * 3 * 4, 'filter'), [3, 3, 3, 3, 4])
        const dilated = tf.conv3d(x, filter, 1, 'valid', 'NDHWC', [1, 2, 2])
        const odd = tf.conv3d(x, tf.ones([1, 1, 1, 3, 2]), 2, 'same')
        return [dilated, odd, tf.conv3d(x, filter, [1, 2, 3], 'same')].map((tensor) =>
          tensor.dataSync<'float32'>(),
        )
      })
    const { own, stock } = await onBoth(tf, run)
    own.forEach((values, i) => expect(relativeError(values, stock[i]!)).toBeLessThan(1e-5))
  })

  it('gives the same numbers every time', () => {
    const run = (): Float32Array =>
      tf.tidy(() => {
        const x = tf.tensor5d(noise(2 * 125 * 32, 'x'), [2, 5, 5, 5, 32])
        const filter = tf.tensor5d(noise(27 * 1024, 'filter'), [3, 3, 3, 32, 32])
        return tf.conv3d(x, filter, 1, 'same').dataSync<'float32'>()
      })
    expect(run()).toEqual(run())
  })
})
