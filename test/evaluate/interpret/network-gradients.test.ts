import { expect, it } from 'vitest'
import { averageGradients } from '../../../src/evaluate/interpret/network-gradients.ts'
import { openTestEngine } from '../../train/network/_engine.ts'

const engine = await openTestEngine()

it('integrates the gradient of a known function: rectified below 0, so half the path counts', async () => {
  const { tf } = engine
  const input = tf.input({ shape: [2] })
  const rectified = tf.layers.activation({ activation: 'relu' }).apply(input)
  const model = tf.model({ inputs: input, outputs: rectified as typeof input })
  const before = tf.memory().numTensors
  const gradient = await averageGradients(engine, model, {
    ...{ inputs: Float32Array.of(1, 5), start: Float32Array.of(-1, 3) },
    ...{ labels: Int32Array.of(0), sampleShape: [2] },
  })
  // Score: relu(x0) - (relu(x0) + relu(x1)) / 2.
  expect(gradient[0]).toBeCloseTo(0.25, 6)
  expect(gradient[1]).toBeCloseTo(-0.5, 6)
  expect(tf.memory().numTensors).toBeLessThanOrEqual(before)
})

it('goes through as many samples as there are, and through none', async () => {
  const { tf } = engine
  const identity = () => {
    const input = tf.input({ shape: [2] })
    const output = tf.layers.activation({ activation: 'linear' }).apply(input)
    return tf.model({ inputs: input, outputs: output as typeof input })
  }
  const n = 37
  const gradient = await averageGradients(engine, identity(), {
    ...{ inputs: new Float32Array(2 * n), start: new Float32Array(2) },
    ...{ labels: Int32Array.from({ length: n }, (_, i) => i % 2), sampleShape: [2] },
  })
  expect([...gradient.subarray(0, 2)]).toEqual([0.5, -0.5])
  expect([...gradient.subarray(2 * n - 2)]).toEqual([0.5, -0.5])
  const none = {
    inputs: new Float32Array(0),
    start: new Float32Array(2),
    labels: new Int32Array(0),
  }
  expect(await averageGradients(engine, identity(), { ...none, sampleShape: [2] })).toHaveLength(0)
})
