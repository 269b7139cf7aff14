/** Weights as tfjs-layers keeps them -> as ONNX wants them: kernels turned to `[Cout, C, ...]`, batch normalisation folded. */
import type { layers } from '@tensorflow/tfjs-layers'

/** y = scale * x + shift, per channel. */
export interface ChannelAffine {
  readonly scale: Float32Array
  readonly shift: Float32Array
}

/**
 * Turns a convolution kernel.
 *
 * @param kernel - `[...positions, C, Cout]`.
 * @param shape - Its shape.
 * @returns `[Cout, C, ...positions]`.
 * @throws Never.
 */
export function turnKernel(kernel: Float32Array, shape: readonly number[]): Float32Array {
  const [C, Cout] = shape.slice(-2) as [number, number]
  const nTaps = kernel.length / (C * Cout)
  const turned = new Float32Array(kernel.length)
  for (let tap = 0, from = 0; tap < nTaps; tap++)
    for (let c = 0; c < C; c++)
      for (let o = 0; o < Cout; o++, from++) turned[(o * C + c) * nTaps + tap] = kernel[from]!
  return turned
}

/**
 * Batch normalisation with its running statistics, as one affine map.
 *
 * @param layer - The layer.
 * @param weights - Its weights in the order of `layer.weights`.
 * @returns Scale and shift, one per channel.
 * @throws Never.
 */
export function normalisationOf(
  layer: layers.Layer,
  weights: readonly Float32Array[],
): ChannelAffine {
  const { epsilon = 1e-3 } = layer.getConfig() as { epsilon?: number }
  const named = (ending: string): Float32Array | undefined =>
    weights[layer.weights.findIndex(({ originalName }) => originalName.endsWith(ending))]
  const [gamma, beta] = [named('gamma'), named('beta')]
  return affineOf(gamma, beta, named('moving_mean')!, named('moving_variance')!, epsilon)
}

/**
 * Batch normalisation by given statistics, as one affine map.
 *
 * @param gamma - Scale, `[C]`; one without it.
 * @param beta - Shift, `[C]`; zero without it.
 * @param mean - Mean, `[C]`.
 * @param variance - Variance, `[C]`.
 * @param epsilon - Added to the variance.
 * @returns Scale and shift, one per channel.
 * @throws Never.
 */
export function affineOf(
  gamma: Float32Array | undefined,
  beta: Float32Array | undefined,
  mean: Float32Array,
  variance: Float32Array,
  epsilon: number,
): ChannelAffine {
  const scale = variance.map((value, c) => (gamma?.[c] ?? 1) / Math.sqrt(value + epsilon))
  return { scale, shift: scale.map((factor, c) => (beta?.[c] ?? 0) - mean[c]! * factor) }
}

/**
 * Folds an affine map of the outputs into a linear layer.
 *
 * @param kernel - `[..., Cout]`.
 * @param bias - `[Cout]`.
 * @param scale - `[Cout]`.
 * @param shift - `[Cout]`.
 * @returns Kernel and bias of the layer that does both.
 * @throws Never.
 */
export function foldNormalisation(
  kernel: Float32Array,
  bias: Float32Array,
  scale: Float32Array,
  shift: Float32Array,
): { kernel: Float32Array; bias: Float32Array } {
  const nChannels = scale.length
  return {
    kernel: kernel.map((value, i) => value * scale[i % nChannels]!),
    bias: bias.map((value, c) => value * scale[c]! + shift[c]!),
  }
}
