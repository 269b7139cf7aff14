import { describe, it, expect } from 'vitest'
import { openEngine } from '../../../src/engine/index.ts'
import { convolutionShape } from '../../../src/engine/cpu/convolution-shape.ts'
import { referenceConvolution } from '../../../src/engine/self-test/reference.ts'
import { noise, onBoth, relativeError, size } from '../_tensors.ts'
import type { Tensor4D } from '@tensorflow/tfjs-core'

const { tf } = await openEngine('cpu')

type Shape4 = [number, number, number, number]
type Pad = 'same' | 'valid' | number

/** Input, filter, stride, padding. */
const cases: [Shape4, Shape4, number, Pad][] = [
  // one axis, stride 1: phases
  [[1, 1, 10, 1], [1, 10, 1, 1], 1, 'valid'],
  [[1, 1, 33, 3], [1, 10, 3, 7], 1, 'valid'],
  [[5, 1, 31, 4], [1, 3, 4, 8], 1, 'valid'],
  [[3, 1, 12, 5], [1, 12, 5, 6], 1, 'valid'],
  [[2, 1, 9, 1], [1, 1, 1, 5], 1, 'valid'],
  [[3, 1, 17, 2], [1, 4, 2, 9], 1, 'same'],
  [[2, 1, 3, 2], [1, 9, 2, 4], 1, 'same'],
  [[70, 1, 300, 1], [1, 10, 1, 3], 1, 'valid'],
  // one axis, strides
  [[3, 1, 32, 1], [1, 9, 1, 16], 2, 'same'],
  [[3, 1, 31, 16], [1, 9, 16, 5], 2, 'same'],
  [[2, 1, 20, 3], [1, 4, 3, 2], 3, 'valid'],
  // two axes
  [[2, 7, 9, 3], [3, 3, 3, 10], 1, 'same'],
  [[2, 8, 10, 3], [3, 2, 3, 4], 2, 'same'],
  [[1, 9, 5, 1], [5, 3, 1, 2], 2, 'valid'],
  [[2, 5, 6, 4], [1, 1, 4, 3], 1, 'valid'],
  [[2, 6, 6, 4], [1, 1, 4, 3], 2, 'valid'],
  [[1, 6, 7, 2], [3, 3, 2, 3], 1, 2],
  [[1, 40, 40, 17], [3, 3, 17, 5], 1, 'same'],
]

describe('conv2d and its gradients', () => {
  it.each(cases)(
    'agree with plain loops: input %j, filter %j, stride %i, %s',
    (input, filter, stride, pad) => {
      const [x, w] = [noise(size(input), 'x'), noise(size(filter), 'filter')]
      const shape = convolutionShape(input, filter, { strides: stride, pad, dataFormat: 'NHWC' })
      const output: Shape4 = [shape.N, shape.Ho, shape.Wo, shape.Cout]
      const dy = noise(size(output), 'dy')
      const { top, left } = shape.padding
      const reference = referenceConvolution({ input, filter, output, stride, top, left }, x, w, dy)
      const [y, dx, dFilter] = tf.tidy(() => {
        const convolve = (a: Tensor4D, b: Tensor4D) => tf.conv2d(a, b, stride, pad)
        const inputs: [Tensor4D, Tensor4D] = [tf.tensor4d(x, input), tf.tensor4d(w, filter)]
        const gradients = tf.grads(convolve as Parameters<typeof tf.grads>[0])(
          inputs,
          tf.tensor4d(dy, output),
        )
        return [convolve(...inputs), ...gradients].map((tensor) => tensor.dataSync<'float32'>())
      })
      expect(relativeError(y!, reference.y)).toBeLessThan(1e-5)
      expect(relativeError(dx!, reference.dx)).toBeLessThan(1e-5)
      expect(relativeError(dFilter!, reference.dFilter)).toBeLessThan(1e-5)
    },
  )

  it('agrees with the stock backend where dilated, and with the fused form', async () => {
    const run = (): Float32Array[] =>
      tf.tidy(() => {
        const x = tf.tensor4d(noise(2 * 9 * 8 * 3, 'x'), [2, 9, 8, 3])
        const filter = tf.tensor4d(noise(3 * 3 * 3 * 4, 'filter'), [3, 3, 3, 4])
        const sequence = tf.tensor3d(noise(2 * 20 * 3, 'sequence'), [2, 20, 3])
        const taps = tf.tensor3d(noise(3 * 3 * 4, 'taps'), [3, 3, 4])
        const bias = tf.tensor1d(noise(4, 'bias'))
        return [
          tf.conv2d(x, filter, 1, 'same', 'NHWC', 2),
          tf.conv1d(sequence, taps, 1, 'valid', 'NWC', 3),
          tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', bias, activation: 'relu' }),
          tf.fused.conv2d({ x, filter, strides: 2, pad: 'valid', bias, activation: 'elu' }),
        ].map((tensor) => tensor.dataSync<'float32'>())
      })
    const { own, stock } = await onBoth(tf, run)
    own.forEach((values, i) => expect(relativeError(values, stock[i]!)).toBeLessThan(1e-5))
  })
})

describe('convolutionShape', () => {
  it('pads the odd row at the end', () => {
    const shape = convolutionShape([1, 1, 32, 1], [1, 9, 1, 16], {
      strides: [1, 2],
      pad: 'same',
      dataFormat: 'NHWC',
    })
    expect(shape.Wo).toBe(16)
    expect(shape.padding).toMatchObject({ left: 3, right: 4 })
  })
})
