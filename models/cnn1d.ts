/** Turns a feature vector `[inputLength x 1]` into class scores: the paper's 1D CNN, and a compact one around a frozen linear discriminant. */
import { createSeededLayers, type SeededLayers, type UniformSource } from './blocks.ts'
import { cnn1dPresets, type Cnn1dPreset } from './cnn1d-training.ts'
import { LimbicError } from '../src/core/errors/index.ts'
import type { Tf } from '../src/engine/tf.ts'
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'

export interface Cnn1dOptions {
  readonly preset: Cnn1dPreset
  /** Features per sample: voxels for `paper` (300 in the paper), principal components for `compact` (32). */
  readonly inputLength: number
  readonly nClasses: number
  readonly seed: number
  /** `probabilities` (default): softmax at the end, as published. `logits`: the scores before it. The parameters are the same. */
  readonly output?: 'probabilities' | 'logits'
  /** `zeros` saves the random draws of a model whose weights are about to be replaced; default `seeded`. */
  readonly weights?: 'seeded' | 'zeros'
  /** Source of the dropout masks; default: a stream of the seed. */
  readonly dropoutSource?: UniformSource
}

/** Name of the layer of the compact preset that holds the linear discriminant: kernel `[inputLength x nClasses]` and bias. */
export const ldaLayerName = 'lda'

/**
 * The 1D CNN, not compiled.
 *
 * @param tf - TensorFlow.js of an engine.
 * @param options - Preset, input length, number of classes and seed.
 * @returns Model `[batch x inputLength x 1]` -> `[batch x nClasses]`. 17 316 195 parameters for `paper` at 300 features and 3 classes.
 *   The linear discriminant of `compact` is zero and frozen until its weights are set, and the convolutional branch adds exactly zero
 *   before training.
 * @throws {LimbicError} `VALUE_INVALID` when the input is too short for the convolutions, there are fewer than 2 classes, or the preset is unknown.
 * @remarks `paper`: Tchibozo, Kim, Wang and He (2022), arXiv 2210.17015. Its L1 penalty is a training setting (`cnn1dTraining`), not part of the layers.
 */
export function cnn1d(tf: Tf, options: Cnn1dOptions): LayersModel {
  assertOptions(options)
  const layers = createSeededLayers(tf, {
    seed: options.seed,
    weights: options.weights ?? 'seeded',
    dropoutSource: options.dropoutSource,
  })
  const input = tf.input({ shape: [options.inputLength, 1], name: 'features' })
  const build = options.preset === 'paper' ? paperLogits : compactLogits
  const logits = build(tf, layers, input, options.nClasses)
  const output =
    options.output === 'logits'
      ? logits
      : tf.layers.activation({ name: 'probabilities', activation: 'softmax' }).apply(logits)
  return tf.model({
    inputs: input,
    outputs: output as SymbolicTensor,
    name: `cnn1d-${options.preset}`,
  })
}

/** Six linear convolutions, then a funnel of dense layers. */
function paperLogits(
  tf: Tf,
  layers: SeededLayers,
  input: SymbolicTensor,
  nClasses: number,
): SymbolicTensor {
  const filters = [128, 128, 128, 64, 64, 64]
  const units = [1024, 512, 256, 128, 64, 32, 16]
  return chain(input, [
    ...filters.map((count, i) =>
      layers.conv1d(`conv${i + 1}`, { filters: count, kernelSize: paperKernelSize }),
    ),
    tf.layers.flatten({ name: 'flatten' }),
    layers.dropout('dropout1', 0.25),
    ...units.flatMap((count, i) => {
      const dense = layers.dense(`dense${i + 1}`, count, 'relu')
      return i === 0 ? [dense, layers.dropout('dropout2', 0.5)] : [dense]
    }),
    layers.dense('logits', nClasses),
  ])
}

/** A frozen linear discriminant plus a small convolutional branch that starts as zero: training can only add to the linear model. */
function compactLogits(
  tf: Tf,
  layers: SeededLayers,
  input: SymbolicTensor,
  nClasses: number,
): SymbolicTensor {
  const linear = chain(input, [
    tf.layers.flatten({ name: 'lda_input' }),
    tf.layers.dense({
      name: ldaLayerName,
      units: nClasses,
      kernelInitializer: 'zeros',
      trainable: false,
    }),
  ])
  const convolution = { kernelSize: 9, strides: 2, padding: 'same' } as const
  const branch = chain(input, [
    layers.dropout('dropout1', 0.1),
    layers.conv1d('conv1', { filters: 16, ...convolution }),
    layers.batchNorm('norm1'),
    tf.layers.reLU({ name: 'relu1' }),
    layers.conv1d('conv2', { filters: 32, ...convolution }),
    layers.batchNorm('norm2'),
    tf.layers.reLU({ name: 'relu2' }),
    tf.layers.flatten({ name: 'flatten' }),
    layers.dropout('dropout2', 0.5),
    layers.dense('dense1', 64),
    layers.batchNorm('norm3'),
    tf.layers.reLU({ name: 'relu3' }),
    layers.dropout('dropout3', 0.5),
    tf.layers.dense({ name: 'branch', units: nClasses, kernelInitializer: 'zeros' }),
  ])
  return tf.layers.add({ name: 'logits' }).apply([linear, branch]) as SymbolicTensor
}

function chain(
  input: SymbolicTensor,
  layers: readonly { apply(input: SymbolicTensor): unknown }[],
): SymbolicTensor {
  return layers.reduce((tensor, layer) => layer.apply(tensor) as SymbolicTensor, input)
}

const paperKernelSize = 10
const paperConvolutions = 6

function assertOptions({ preset, inputLength, nClasses }: Cnn1dOptions): void {
  if (!cnn1dPresets.includes(preset)) {
    throw new LimbicError('VALUE_INVALID', {
      what: 'preset of the 1D CNN',
      expected: cnn1dPresets.join(' or '),
      found: String(preset),
    })
  }
  const shortest = preset === 'paper' ? paperConvolutions * (paperKernelSize - 1) + 1 : 1
  if (!Number.isInteger(inputLength) || inputLength < shortest) {
    throw new LimbicError('VALUE_INVALID', {
      what: `input length of the 1D CNN (${preset})`,
      expected: `${shortest} features or more`,
      found: String(inputLength),
    })
  }
  if (!Number.isInteger(nClasses) || nClasses < 2) {
    throw new LimbicError('VALUE_INVALID', {
      what: 'number of classes of the 1D CNN',
      expected: '2 or more',
      found: String(nClasses),
    })
  }
}
