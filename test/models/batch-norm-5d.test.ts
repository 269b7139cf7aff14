import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addNorm,
  batchNorm,
  channelsOf,
  defineBatchNorm5d,
  onlyOf,
  type BatchNormWeights,
} from '../../models/batch-norm-5d.ts'
import { createRng } from '../../src/core/rng.ts'
import { openTestEngine } from '../train/network/_engine.ts'
import type { Tensor } from '@tensorflow/tfjs-core'

const { tf } = await openTestEngine()
const settings = { training: true, epsilon: 1e-3, momentum: 0.9 }

function draw(shape: number[], seed: number): Tensor {
  const rng = createRng(seed)
  const size = shape.reduce((a, b) => a * b, 1)
  return tf.tensor(
    Float32Array.from({ length: size }, () => rng.normal()),
    shape,
  )
}

function weightsOf(channels: number): BatchNormWeights {
  return {
    gamma: tf.add(draw([channels], 8), 2),
    beta: draw([channels], 9),
    movingMean: tf.variable(tf.zeros([channels]), false),
    movingVariance: tf.variable(tf.ones([channels]), false),
  }
}

describe('batchNorm', () => {
  it('brings two values to minus one and one, and moves its statistics towards theirs', async () => {
    const weights = {
      gamma: tf.tensor1d([1]),
      beta: tf.tensor1d([0]),
      movingMean: tf.variable(tf.zeros([1]), false),
      movingVariance: tf.variable(tf.ones([1]), false),
    }
    const x = tf.tensor([4, 8], [2, 1, 1, 1, 1])
    const y = batchNorm(tf, x, weights, { ...settings, epsilon: 0 })
    expect([...(await y.data())]).toEqual([-1, 1])
    expect((await weights.movingMean.data())[0]).toBeCloseTo(0.6, 6)
    expect((await weights.movingVariance.data())[0]).toBeCloseTo(0.9 + 0.4, 6)
    const later = batchNorm(tf, x, weights, { ...settings, training: false, epsilon: 0 })
    const expected = [4, 8].map((value) => (value - 0.6) / Math.sqrt(1.3))
    const found = await later.data()
    expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5))
  })

  it('has the values and gradients of moments and batchNorm of TensorFlow.js', async () => {
    const shape = [2, 3, 2, 2, 5]
    const [x, dy] = [draw(shape, 1), draw(shape, 2)]
    const weights = weightsOf(5)
    const own = tf.grads((...[a, gamma, beta]: Tensor[]) =>
      batchNorm(tf, a!, { ...weights, gamma: gamma!, beta: beta! }, settings),
    )([x, weights.gamma, weights.beta], dy)
    const stock = (a: Tensor, gamma: Tensor, beta: Tensor): Tensor => {
      const rows = tf.reshape(a, [-1, 5])
      const { mean, variance } = tf.moments(rows, 0)
      return tf.reshape(tf.batchNorm(rows, mean, variance, beta, gamma, 1e-3), shape)
    }
    const expected = tf.grads((...args: Tensor[]) => stock(args[0]!, args[1]!, args[2]!))(
      [x, weights.gamma, weights.beta],
      dy,
    )
    const values = await batchNorm(tf, x, weights, settings).data()
    const stockValues = await stock(x, weights.gamma, weights.beta).data()
    values.forEach((value, i) => expect(value).toBeCloseTo(stockValues[i]!, 5))
    for (const [i, gradient] of own.entries()) {
      const [found, wanted] = [await gradient.data(), await expected[i]!.data()]
      found.forEach((value, j) => expect(value).toBeCloseTo(wanted[j]!, 4))
    }
  })

  it('does not see that a channel was shifted or stretched', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 20, noNaN: true }),
        fc.double({ min: -10, max: 10, noNaN: true }),
        (scale, shift) => {
          const difference = tf.tidy(() => {
            const weights = weightsOf(3)
            const x = draw([2, 2, 2, 2, 3], 3)
            const exact = { ...settings, epsilon: 0 }
            const changed = tf.add(tf.mul(x, scale), shift)
            const y = batchNorm(tf, x, weights, exact)
            return tf.max(tf.abs(tf.sub(y, batchNorm(tf, changed, weights, exact)))).dataSync()[0]!
          })
          expect(difference).toBeLessThan(1e-3)
        },
      ),
      { numRuns: 20 },
    )
  })

  it('gives a constant channel its shift, and finite gradients', async () => {
    const weights = weightsOf(2)
    const x = tf.fill([2, 2, 1, 1, 2], 7)
    const y = await batchNorm(tf, x, weights, settings).data()
    const beta = await weights.beta.data()
    y.forEach((value, i) => expect(value).toBeCloseTo(beta[i % 2]!, 5))
    const gradient = tf.grad((a: Tensor) => batchNorm(tf, a, weights, settings))(x)
    expect((await gradient.data()).every(Number.isFinite)).toBe(true)
  })

  it('keeps no tensors behind', () => {
    const [x, weights] = [draw([2, 2, 2, 2, 3], 4), weightsOf(3)]
    const step = (): void =>
      tf.dispose(tf.grad((a: Tensor) => batchNorm(tf, a, weights, settings))(x))
    step()
    const before = tf.memory().numTensors
    for (let i = 0; i < 10; i++) step()
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('the layer BatchNorm5d', () => {
  it('has four weights, two of them trained, and survives being saved', async () => {
    const BatchNorm5d = defineBatchNorm5d(tf)
    const layer = new BatchNorm5d({ name: 'norm', momentum: 0.5, epsilon: 0.25 })
    const model = tf.sequential({
      layers: [tf.layers.inputLayer({ inputShape: [2, 2, 2, 3] }), layer],
    })
    expect(layer.weights.map((weight) => weight.originalName)).toEqual([
      'norm/gamma',
      'norm/beta',
      'norm/moving_mean',
      'norm/moving_variance',
    ])
    expect(layer.trainableWeights).toHaveLength(2)
    model.apply(draw([4, 2, 2, 2, 3], 5), { training: true })
    const copy = await tf.models.modelFromJSON({
      modelTopology: JSON.parse(JSON.stringify(model.toJSON(null, false))) as object,
    } as Parameters<typeof tf.models.modelFromJSON>[0])
    copy.setWeights(model.getWeights())
    const x = draw([2, 2, 2, 2, 3], 6)
    const [y, again] = [model.apply(x) as Tensor, copy.apply(x) as Tensor]
    expect([...(await again.data())]).toEqual([...(await y.data())])
    expect(copy.getLayer('norm').getConfig()).toMatchObject({ momentum: 0.5, epsilon: 0.25 })
    model.dispose()
    copy.dispose()
  })

  it('names the weights that it adds to another layer', () => {
    const layer = tf.layers.reLU({ name: 'host' })
    addNorm(tf, layer, 'norm1/', 4)
    expect(layer.weights.map(({ shape }) => shape)).toEqual([[4], [4], [4], [4]])
    expect(layer.weights[0]!.originalName).toBe('norm1/gamma')
    for (const weight of layer.weights) weight.dispose()
  })

  it('reads channels and single inputs', () => {
    const x = tf.zeros([1, 2])
    expect(onlyOf([x])).toBe(x)
    expect(onlyOf(x)).toBe(x)
    expect(channelsOf([null, 4, 6])).toBe(6)
  })
})
