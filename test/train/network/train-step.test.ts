import { describe, expect, it } from 'vitest'
import {
  trainableVariables,
  trainStep,
  weightPenalty,
} from '../../../src/train/network/train-step.ts'
import { openTestEngine } from './_engine.ts'
import type { Tensor } from '@tensorflow/tfjs-core'

const { tf } = await openTestEngine()

/** A dense layer of 2 inputs and 2 classes behind a frozen one that doubles its input. */
function createSetting(l1: number) {
  const input = tf.input({ shape: [1, 2] })
  const flat = tf.layers.flatten().apply(input)
  const frozen = tf.layers.dense({ units: 2, trainable: false, weights: doubling() })
  const dense = tf.layers.dense({
    units: 2,
    kernelInitializer: 'zeros',
    biasInitializer: tf.initializers.constant({ value: 1 }),
  })
  const output = dense.apply(frozen.apply(flat)) as ReturnType<typeof tf.input>
  const model = tf.model({ inputs: input, outputs: output })
  const { all, dense: penalised } = trainableVariables(model)
  const optimizer = tf.train.sgd(1)
  return { tf, model, optimizer, variables: all, penalised, l1, l2: () => 0, sampleShape: [1, 2] }
}

function doubling(): Tensor[] {
  return [tf.tensor2d([2, 0, 0, 2], [2, 2]), tf.zeros([2])]
}

const batch = {
  nRows: 1,
  features: Float32Array.of(1, 3),
  targets: Float32Array.of(1, 0),
  labels: Int32Array.of(0),
}

describe('trainStep', () => {
  it('moves kernel and bias along the gradient of the cross-entropy, and gives the scores before', () => {
    const context = createSetting(0)
    const before = tf.memory().numTensors
    const scores = trainStep(context, batch)
    expect([...scores.dataSync()]).toEqual([1, 1])
    scores.dispose()
    expect(tf.memory().numTensors).toBe(before)
    // softmax - target = (-0.5, 0.5); the frozen layer gives (2, 6).
    const [kernel, bias] = context.variables.map((variable) => [...variable.dataSync()])
    expect(kernel).toEqual([1, -1, 3, -3])
    expect(bias).toEqual([1.5, 0.5])
    context.model.dispose()
  })
})

describe('weightPenalty', () => {
  it('is the strength times the sum of absolute weights of trainable dense layers', async () => {
    const context = createSetting(0.25)
    expect(await weightPenalty(context)).toBe(0.5)
    expect(await weightPenalty({ ...context, l1: 0 })).toBe(0)
    context.model.dispose()
  })

  it('adds the squares of what l2 names, and pulls those weights towards zero', async () => {
    const l2 = (name: string): number => (name.includes('bias') ? 0.25 : 0)
    const context = { ...createSetting(0), l2 }
    expect(await weightPenalty(context)).toBe(0.5)
    trainStep(context, { ...batch, targets: Float32Array.of(0.5, 0.5) }).dispose()
    const [kernel, bias] = context.variables.map((variable) => [...variable.dataSync()])
    // The targets are met already: only the penalty acts, by 2 * 0.25 * 1.
    expect(kernel).toEqual([0, 0, 0, 0])
    expect(bias).toEqual([0.5, 0.5])
    context.model.dispose()
  })
})
