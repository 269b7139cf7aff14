import { describe, it, expect } from 'vitest'
import { isLimbicError } from '../../../src/core/errors/index.ts'
import { openEngine } from '../../../src/engine/index.ts'
import { exportOnnx, openOnnxSession } from '../../../src/engine/onnx/index.ts'
import { cnn1d, resnet3d } from '../../../models/index.ts'
import { defineResidualParts } from '../../../models/resnet3d-layers.ts'
import { noise, relativeError, size } from '../_tensors.ts'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'

const { tf, fused } = await openEngine('cpu')

/** Random weights everywhere, so that no bias or running statistic is left at a value that hides a mistake. */
function randomise(model: LayersModel): LayersModel {
  const values = model.weights.map((weight, i) => {
    const shape = weight.shape as number[]
    const isVariance = weight.originalName.endsWith('moving_variance')
    const spread = 1 / Math.sqrt(size(shape.slice(0, -1)))
    const numbers = noise(size(shape), `${i}`).map((x) => (isVariance ? 0.5 + x * x : x * spread))
    return tf.tensor(numbers, shape)
  })
  model.setWeights(values)
  tf.dispose(values)
  return model
}

async function errorOfExport(model: LayersModel, nSamples: number): Promise<number> {
  const session = openOnnxSession(await exportOnnx(model))
  const input = noise(nSamples * size(session.sampleShape), 'input')
  const reference = tf.tidy(() =>
    (model.predict(tf.tensor(input, [nSamples, ...session.sampleShape])) as Tensor).dataSync(),
  )
  const scores = session.run(input)
  session.dispose()
  model.dispose()
  return relativeError(scores, reference)
}

describe('exportOnnx', () => {
  it.each(['logits', 'probabilities'] as const)(
    'gives the scores of both presets: %s',
    async (output) => {
      const shared = { nClasses: 3, seed: 1, output }
      const paper = cnn1d(tf, { preset: 'paper', inputLength: 64, ...shared })
      const compact = cnn1d(tf, { preset: 'compact', inputLength: 33, ...shared })
      expect(await errorOfExport(paper, 2)).toBeLessThan(1e-5)
      expect(await errorOfExport(randomise(compact), 5)).toBeLessThan(1e-5)
    },
  )

  it('covers two axes, residual additions, strides, padding and normalisation before anything to fold it into', async () => {
    const input = tf.input({ shape: [9, 8, 3] })
    const apply = (layer: { apply(x: unknown): unknown }, x: unknown): SymbolicTensor =>
      layer.apply(x) as SymbolicTensor
    const before = apply(tf.layers.batchNormalization(), input)
    const filters = { filters: 6, kernelSize: 3, padding: 'same' as const }
    const first = apply(tf.layers.conv2d({ ...filters, strides: [2, 1] }), before)
    const branch = apply(
      tf.layers.conv2d({ ...filters, useBias: false }),
      apply(tf.layers.reLU(), apply(tf.layers.batchNormalization(), first)),
    )
    const sum = apply(tf.layers.add(), [first, apply(tf.layers.batchNormalization(), branch)])
    const pooled = apply(tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }), sum)
    const scores = apply(tf.layers.dense({ units: 4, activation: 'softmax' }), pooled)
    const model = tf.model({ inputs: input, outputs: scores })
    expect(await errorOfExport(randomise(model), 3)).toBeLessThan(1e-5)
  })

  it('covers one axis with every activation, and output that is still a sequence', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv1d({
          inputShape: [20, 2],
          filters: 4,
          kernelSize: 3,
          dilationRate: 2,
          activation: 'elu',
        }),
        tf.layers.activation({ activation: 'tanh' }),
        tf.layers.dense({ units: 3, activation: 'sigmoid' }),
        tf.layers.dropout({ rate: 0.5 }),
        tf.layers.conv1d({ filters: 5, kernelSize: 2, activation: 'softplus' }),
      ],
    })
    expect(await errorOfExport(randomise(model), 2)).toBeLessThan(1e-5)
  })

  it('gives the scores of residual networks on volumes, fused or not', async () => {
    const settings = { shape: [9, 8, 7], nClasses: 3, seed: 1 } as const
    const compact = resnet3d(tf, { preset: 'compact', ...settings })
    expect(await errorOfExport(randomise(compact), 2)).toBeLessThan(1e-5)
    for (const blocks of [fused, undefined]) {
      const { Stem, PreActBottleneck, NormPoolHead } = defineResidualParts(tf)
      const config = { epsilon: 1e-3, momentum: 0.9, seed: 1, filters: 4 }
      const parts = [
        new Stem({ ...config, filters: 8 }),
        new PreActBottleneck({ ...config, stride: 1, normalisesInput: false }),
        new PreActBottleneck({ ...config, stride: 1, normalisesInput: true }),
        new PreActBottleneck({ ...config, stride: 2, normalisesInput: true }),
        new NormPoolHead(config),
      ]
      const input = tf.input({ shape: [17, 14, 11, 1] })
      const features = parts.reduce((x, part) => {
        part.fused = blocks
        return part.apply(x) as SymbolicTensor
      }, input)
      const outputs = tf.layers.dense({ units: 2 }).apply(features) as SymbolicTensor
      const model = tf.model({ inputs: input, outputs })
      expect(await errorOfExport(randomise(model), 2)).toBeLessThan(1e-5)
    }
  })

  it('gives the mean of networks side by side', async () => {
    const settings = { shape: [9, 8, 7], nClasses: 3, seed: 2, output: 'logits' } as const
    const model = resnet3d(tf, { preset: 'compact', ...settings, members: 3 })
    expect(await errorOfExport(randomise(model), 3)).toBeLessThan(1e-5)
  })

  it('covers three axes with strides, padding and pooling', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv3d({
          ...{ inputShape: [9, 8, 7, 2], filters: 4, kernelSize: [3, 2, 1] },
          ...{ strides: 2, padding: 'valid', activation: 'relu' },
        }),
        tf.layers.maxPooling3d({ poolSize: 3, strides: 2, padding: 'same' }),
        tf.layers.conv3d({ filters: 3, kernelSize: 2, padding: 'same', useBias: false }),
        tf.layers.averagePooling3d({ poolSize: 2, strides: 1, padding: 'same' }),
        tf.layers.flatten(),
      ],
    })
    expect(await errorOfExport(randomise(model), 3)).toBeLessThan(1e-5)
  })

  it('refuses what it cannot translate', async () => {
    const model = tf.sequential({ layers: [tf.layers.lstm({ inputShape: [5, 2], units: 3 })] })
    const causal = tf.sequential({
      layers: [
        tf.layers.conv1d({ inputShape: [9, 1], filters: 1, kernelSize: 3, padding: 'causal' }),
      ],
    })
    const skipping = tf.sequential({
      layers: [
        tf.layers.conv3d({
          ...{ inputShape: [4, 4, 4, 1], filters: 1, kernelSize: 1 },
          ...{ strides: 2, padding: 'same' },
        }),
      ],
    })
    for (const wrong of [model, causal, skipping]) {
      const error = await exportOnnx(wrong).catch((thrown: unknown) => thrown)
      expect(isLimbicError(error, 'ONNX_LAYER_UNSUPPORTED')).toBe(true)
    }
  })
})
