/** Turns a seed into the layers that chance enters: initial weights and dropout masks that are the same on every machine. */
import { createRng, type Rng } from '../src/core/rng.ts'
import type { Tf } from '../src/engine/tf.ts'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { layers } from '@tensorflow/tfjs-layers'

/** Where dropout takes its random numbers from. */
export type UniformSource = Pick<Rng, 'uniform'>

/** The layers of a one-dimensional network, each with weights that depend on the seed and on its own name only. */
export interface SeededLayers {
  /** Convolution along the feature axis, `[batch x length x channels]`. */
  conv1d(name: string, shape: Conv1dShape): layers.Layer
  /** Fully connected layer, `[batch x units]`. */
  dense(name: string, units: number, activation?: 'relu'): layers.Layer
  /** Dropout with masks drawn from the given source; identity outside training. */
  dropout(name: string, rate: number): layers.Layer
  /** Batch normalisation over all axes but the last. */
  batchNorm(name: string): layers.Layer
}

export interface Conv1dShape {
  readonly filters: number
  readonly kernelSize: number
  readonly strides?: number
  readonly padding?: 'valid' | 'same'
}

export interface SeededLayersOptions {
  /** Same seed, same weights. */
  readonly seed: number
  /** `seeded`: Glorot uniform kernels; `zeros`: for a model whose weights are about to be replaced, which saves the draws. */
  readonly weights: 'seeded' | 'zeros'
  /** Source of the dropout masks; default: a stream of the seed. */
  readonly dropoutSource?: UniformSource | undefined
}

/**
 * Layers whose initial weights and dropout masks come from a seed.
 *
 * @param tf - TensorFlow.js of an engine.
 * @param options - Seed, and where the dropout masks come from.
 * @returns Constructors of layers; biases start at zero, kernels Glorot uniform.
 * @throws Never.
 * @remarks Glorot and Bengio (2010). A layer's weights depend on the seed and its name, not on the order in which layers are made,
 *   so adding a layer leaves the others as they were.
 */
export function createSeededLayers(tf: Tf, options: SeededLayersOptions): SeededLayers {
  const root = createRng(options.seed)
  const source = options.dropoutSource ?? root.fork('dropout')
  const kernelOf = (name: string) =>
    options.weights === 'zeros'
      ? tf.initializers.zeros()
      : tf.initializers.glorotUniform({ seed: seedOf(root, name) })

  return {
    conv1d: (name, shape) =>
      tf.layers.conv1d({ name, padding: 'valid', ...shape, kernelInitializer: kernelOf(name) }),
    dense: (name, units, activation) =>
      tf.layers.dense({
        name,
        units,
        kernelInitializer: kernelOf(name),
        ...(activation === undefined ? {} : { activation }),
      }),
    dropout: (name, rate) => seededDropout(tf, name, rate, source),
    batchNorm: (name) => tf.layers.batchNormalization({ name, momentum: 0.9, epsilon: 1e-5 }),
  }
}

/**
 * The seed of one weight.
 *
 * @param root - Stream of the network.
 * @param name - Name of the weight or of its layer.
 * @returns A whole number from 1 on: TensorFlow.js takes seed 0 for "no seed" and then draws one from Math.random.
 * @throws Never.
 */
export function seedOf(root: Rng, name: string): number {
  return 1 + root.fork(name).integer(2 ** 31 - 1)
}

/**
 * A dropout layer of TensorFlow.js with its masks replaced. The stock one either repeats one mask for ever (with a seed) or draws from
 * Math.random (without): neither can be trained with and repeated. Class name and configuration stay, so saving and export see plain dropout.
 */
function seededDropout(tf: Tf, name: string, rate: number, source: UniformSource): layers.Layer {
  const layer = tf.layers.dropout({ name, rate })
  layer.call = (inputs, kwargs) => {
    const input = Array.isArray(inputs) ? inputs[0] : inputs
    if (input === undefined || kwargs['training'] !== true || rate === 0) return inputs
    return tf.tidy(() => tf.mul(input, drawMask(tf, input.shape, rate, source)))
  }
  return layer
}

function drawMask(tf: Tf, shape: number[], rate: number, source: UniformSource): Tensor {
  const mask = new Float32Array(shape.reduce((product, size) => product * size, 1))
  const kept = 1 / (1 - rate)
  for (let i = 0; i < mask.length; i++) mask[i] = source.uniform() < rate ? 0 : kept
  return tf.tensor(mask, shape)
}
