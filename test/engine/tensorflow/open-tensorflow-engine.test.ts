import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { loadTf } from '../../../src/engine/load-tf.ts'
import { openTensorflowEngine } from '../../../src/engine/tensorflow/open-tensorflow-engine.ts'
import { noise } from '../_tensors.ts'
import { createStandIn } from './_stand-in.ts'
import type { KernelBackend, Optimizer, Variable } from '@tensorflow/tfjs-core'

const tf = loadTf()

/** Registers the stock CPU backend as `tensorflow`, as the real package registers the library. */
const loader = createStandIn('@tensorflow/tfjs-node', () => {
  const { MathBackendCPU } = createRequire(import.meta.url)('@tensorflow/tfjs-backend-cpu') as {
    MathBackendCPU: new () => KernelBackend & { firstUse: boolean }
  }
  const backend = new MathBackendCPU()
  // Spares the log an advertisement for another package.
  backend.firstUse = false
  tf.registerBackend('tensorflow', () => backend, 0)
  tf.copyRegisteredKernels('cpu', 'tensorflow')
})

const engine = await openTensorflowEngine([loader])

/** Weights after some steps on given gradients. */
function train(optimizer: Optimizer, nSteps: number): Float32Array {
  const variable: Variable = tf.variable(tf.tensor1d(noise(13, 'weights')))
  for (let step = 0; step < nSteps; step++)
    tf.tidy(() => {
      optimizer.applyGradients({ [variable.name]: tf.tensor1d(noise(13, `step ${step}`)) })
    })
  const values = variable.dataSync<'float32'>()
  variable.dispose()
  return values
}

describe('openTensorflowEngine', () => {
  it('runs TensorFlow.js on the library', async () => {
    expect(engine.name).toBe('tensorflow')
    expect(engine.description).toMatch(/on the library of @tensorflow\/tfjs-node\)$/)
    expect(tf.getBackend()).toBe('tensorflow')
    const sum = engine.tf.add(engine.tf.ones([2]), 1)
    expect(await sum.data()).toEqual(Float32Array.of(2, 2))
  })

  it('has the steps of tf.train.adam', () => {
    const own = train(engine.createAdam({ learningRate: 0.01 }), 20)
    const stock = train(tf.train.adam(0.01), 20)
    own.forEach((weight, i) => expect(weight).toBeCloseTo(stock[i]!, 5))
  })

  it('decays weights and follows an L1 penalty', () => {
    const optimizer = engine.createAdam({ learningRate: 0.1, weightDecay: 0.5, l1: () => 0.3 })
    const weights = tf.variable(tf.tensor1d([1, -2, 0]))
    optimizer.applyGradients({ [weights.name]: tf.tensor1d([0, 0, 0]) })
    // The first step of Adam is the learning rate, against the sign of the gradient.
    const expected = [0.95 - 0.1, -1.9 + 0.1, 0]
    weights.dataSync().forEach((weight, i) => expect(weight).toBeCloseTo(expected[i]!, 5))
  })
})
