import { describe, expect, it } from 'vitest'
import { cnn1d, cnn1dPresets, cnn1dTraining } from '../../models/index.ts'
import type { Cnn1dOptions } from '../../models/index.ts'
import { isLimbicError } from '../../src/core/errors/index.ts'
import { openTestEngine } from '../train/network/_engine.ts'
import type { Tensor } from '@tensorflow/tfjs-core'

const { tf } = await openTestEngine()

const paper: Cnn1dOptions = {
  preset: 'paper',
  inputLength: 300,
  nClasses: 3,
  seed: 1,
  weights: 'zeros',
}
const compact: Cnn1dOptions = { preset: 'compact', inputLength: 32, nClasses: 3, seed: 1 }

describe('the paper preset', () => {
  it('has 17 316 195 parameters and the published shapes at 300 features and 3 classes', () => {
    const model = cnn1d(tf, paper)
    expect(model.countParams()).toBe(17_316_195)
    expect(model.layers.map((layer) => [layer.name, ...shapeOf(layer.outputShape)])).toEqual([
      ['features', 300, 1],
      ['conv1', 291, 128],
      ['conv2', 282, 128],
      ['conv3', 273, 128],
      ['conv4', 264, 64],
      ['conv5', 255, 64],
      ['conv6', 246, 64],
      ['flatten', 15744],
      ['dropout1', 15744],
      ['dense1', 1024],
      ['dropout2', 1024],
      ['dense2', 512],
      ['dense3', 256],
      ['dense4', 128],
      ['dense5', 64],
      ['dense6', 32],
      ['dense7', 16],
      ['logits', 3],
      ['probabilities', 3],
    ])
    model.dispose()
  })

  it('has linear convolutions, ReLU dense layers and the published dropout', () => {
    const model = cnn1d(tf, paper)
    const configOf = (name: string) => model.getLayer(name).getConfig()
    for (const name of ['conv1', 'conv6']) {
      expect(configOf(name)).toMatchObject({ activation: 'linear', kernelSize: [10] })
    }
    for (const name of ['dense1', 'dense7']) {
      expect(configOf(name)).toMatchObject({ activation: 'relu' })
    }
    expect(configOf('dropout1')).toMatchObject({ rate: 0.25 })
    expect(configOf('dropout2')).toMatchObject({ rate: 0.5 })
    expect(configOf('probabilities')).toMatchObject({ activation: 'softmax' })
    model.dispose()
  })

  it('adds 68 parameters when there are 7 classes', () => {
    const model = cnn1d(tf, { ...paper, nClasses: 7 })
    expect(model.countParams()).toBe(17_316_263)
    model.dispose()
  })

  it('keeps the published optimiser settings', () => {
    expect(cnn1dTraining.paper).toMatchObject({
      learningRate: 0.0045,
      l1: 0.005,
      batchSize: 64,
      epochs: 5000,
      plateau: { factor: 0.2, patience: 50, minLearningRate: 1e-5 },
      keepBest: 'accuracy',
    })
  })
})

describe('the compact preset', () => {
  it('trains 21 927 parameters at 7 classes beside a frozen linear layer', () => {
    const model = cnn1d(tf, { ...compact, nClasses: 7 })
    const count = (weights: typeof model.weights) =>
      weights.reduce((sum, weight) => sum + tf.util.sizeFromShape(weight.shape as number[]), 0)
    expect(count(model.trainableWeights)).toBe(21_927)
    const frozen = model.nonTrainableWeights.filter((weight) =>
      weight.originalName.startsWith('lda/'),
    )
    expect(count(frozen)).toBe(32 * 7 + 7)
    expect(count(model.nonTrainableWeights) - count(frozen)).toBe(2 * (16 + 32 + 64))
    model.dispose()
  })

  it('has the shapes of two halvings and a zero branch', () => {
    const model = cnn1d(tf, compact)
    const shapes = Object.fromEntries(
      model.layers.map((layer) => [layer.name, shapeOf(layer.outputShape)]),
    )
    expect(shapes).toMatchObject({
      lda: [3],
      conv1: [16, 16],
      conv2: [8, 32],
      flatten: [256],
      dense1: [64],
      branch: [3],
      logits: [3],
      probabilities: [3],
    })
    model.dispose()
  })

  it('gives the same scores to everything before training', () => {
    const model = cnn1d(tf, { ...compact, output: 'logits' })
    const logits = tf.tidy(() =>
      (model.apply(tf.randomNormal([4, 32, 1], 0, 1, 'float32', 5)) as Tensor).dataSync(),
    )
    expect([...logits]).toEqual(new Array<number>(12).fill(0))
    model.dispose()
  })

  it.each([1, 2, 5, 31])('can be built for %i components', (inputLength) => {
    const model = cnn1d(tf, { ...compact, inputLength })
    expect(shapeOf(model.outputs[0]!.shape)).toEqual([3])
    model.dispose()
  })
})

describe('both presets', () => {
  it('give probabilities by default, and the logits before them on demand', () => {
    for (const preset of cnn1dPresets) {
      const options = { ...compact, preset, inputLength: 60 }
      const probabilities = cnn1d(tf, options)
      const logits = cnn1d(tf, { ...options, output: 'logits' })
      tf.tidy(() => {
        const input = tf.randomNormal([2, 60, 1], 0, 1, 'float32', 5)
        const expected = tf.softmax(logits.apply(input) as Tensor).dataSync()
        const found = (probabilities.apply(input) as Tensor).dataSync()
        for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, 6)
      })
      probabilities.dispose()
      logits.dispose()
    }
  })

  it('start from the same weights with the same seed, seed 0 included, and from others with another', () => {
    const kernel = (seed: number) => {
      const model = cnn1d(tf, { ...compact, seed })
      const values = [...model.getLayer('conv1').getWeights()[0]!.dataSync()]
      model.dispose()
      return values
    }
    expect(kernel(0)).toEqual(kernel(0))
    expect(kernel(0)).not.toEqual(kernel(1))
  })

  it('draw a new dropout mask in every step, the same ones with the same seed', () => {
    const outputs = (seed: number) => {
      const model = cnn1d(tf, { ...compact, seed })
      const dropout = model.getLayer('dropout2')
      const values = [0, 1].map(() =>
        tf.tidy(() => [
          ...(dropout.apply(tf.ones([1, 256]), { training: true }) as Tensor).dataSync(),
        ]),
      )
      model.dispose()
      return values
    }
    const [first, second] = outputs(3)
    expect(first).not.toEqual(second)
    expect(outputs(3)).toEqual([first, second])
    expect(new Set(first)).toEqual(new Set([0, 2]))
    const kept = first!.filter((value) => value > 0).length
    expect(kept).toBeGreaterThan(90)
    expect(kept).toBeLessThan(166)
  })

  it('leave nothing behind when they are disposed', () => {
    const before = tf.memory().numTensors
    for (const preset of cnn1dPresets) cnn1d(tf, { ...compact, preset, inputLength: 60 }).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it.each([
    ['a preset that does not exist', { ...compact, preset: 'papper' as 'paper' }, /papper/],
    ['an input too short for the convolutions', { ...paper, inputLength: 54 }, /55 features/],
    ['one class', { ...compact, nClasses: 1 }, /2 or more/],
  ])('refuse %s', (_, options, message) => {
    let thrown: unknown
    try {
      cnn1d(tf, options)
    } catch (error) {
      thrown = error
    }
    expect(isLimbicError(thrown, 'VALUE_INVALID')).toBe(true)
    expect((thrown as Error).message).toMatch(message)
  })
})

function shapeOf(shape: unknown): number[] {
  return (shape as (number | null)[]).slice(1).map((size) => size ?? -1)
}
