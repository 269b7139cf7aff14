/** The blocks of a residual network in plain operations of TensorFlow.js, as their definitions read: what the fused ones are measured against. */
import {
  normDefaults,
  type BlockSettings,
  type ConvolutionWeights,
  type FusedBlocks,
  type NormWeights,
} from '../../../src/engine/fused/blocks.ts'
import type { Tf } from '../../../src/engine/tf.ts'
import type { Tensor, Tensor2D, Tensor5D } from '@tensorflow/tfjs-core'

export function plainBlocks(tf: Tf): FusedBlocks {
  const normalise = (x: Tensor, norm: NormWeights, settings: BlockSettings): Tensor => {
    const { epsilon = normDefaults.epsilon, momentum = normDefaults.momentum } = settings
    const rows = tf.reshape(x, [-1, x.shape.at(-1)!])
    const batch = tf.moments(rows, 0)
    const { mean, variance } = settings.training
      ? batch
      : { mean: norm.movingMean as Tensor, variance: norm.movingVariance as Tensor }
    const scale = tf.mul(norm.gamma, tf.rsqrt(tf.add(variance, epsilon)))
    const y = tf.relu(tf.add(tf.mul(tf.sub(rows, mean), scale), norm.beta))
    if (settings.training)
      for (const [moving, now] of [
        [norm.movingMean, mean],
        [norm.movingVariance, variance],
      ] as const)
        moving.assign(tf.add(tf.mul(moving, momentum), tf.mul(now, 1 - momentum)))
    return tf.reshape(y, x.shape)
  }
  const convolve = (
    x: Tensor,
    { kernel, bias }: ConvolutionWeights,
    strides: number,
    pad: 'same' | 'valid',
  ): Tensor =>
    tf.add(
      tf.conv3d(x as Tensor5D, kernel as Tensor5D, strides, pad),
      tf.reshape(bias, [1, 1, 1, 1, -1]),
    )

  return {
    stem: (x, { conv, norm }, settings) =>
      tf.maxPool3d(
        normalise(convolve(x, conv, 2, 'same'), norm, settings) as Tensor5D,
        3,
        2,
        'same',
      ),
    bottleneck: (x, weights, settings) => {
      const { norm1, conv1, norm2, conv2, norm3, conv3, shortcut } = weights
      const input = norm1 === undefined ? x : normalise(x, norm1, settings)
      const reduced = normalise(convolve(input, conv1, settings.stride, 'valid'), norm2, settings)
      const mixed = normalise(convolve(reduced, conv2, 1, 'same'), norm3, settings)
      const residual = shortcut === undefined ? x : convolve(x, shortcut, settings.stride, 'valid')
      return tf.add(convolve(mixed, conv3, 1, 'valid'), residual)
    },
    head: (x, norm, settings) => {
      const activated = normalise(x, norm, settings)
      const [n, , , , c] = x.shape
      return tf.mean<Tensor2D>(tf.reshape(activated, [n, -1, c]), 1)
    },
  }
}
