import { describe, it, expect } from 'vitest'
import { isLimbicError } from '../../src/core/errors/index.ts'
import { openEngine, type AdamOptions } from '../../src/engine/index.ts'
import { noise } from './_tensors.ts'
import type { Optimizer, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core'

const engine = await openEngine('cpu')
const { tf } = engine

/** Losses of a small regression by a network of two layers; weights start the same every time. */
function train(optimizer: Optimizer, nSteps: number, variables = initialVariables()): number[] {
  const x = tf.tensor2d(noise(40 * 6, 'x'), [40, 6])
  const y = tf.tensor2d(noise(40, 'y'), [40, 1])
  const [w1, b1, w2] = variables
  const losses = Array.from({ length: nSteps }, () => {
    const predict = (): Tensor => tf.matMul(tf.relu(tf.add(tf.matMul(x, w1!), b1!)), w2!)
    const loss = (): Scalar => tf.mean(tf.square(tf.sub(predict(), y)))
    const value = optimizer.minimize(loss, true, variables)!
    const [number] = value.dataSync()
    value.dispose()
    return number!
  })
  tf.dispose([x, y])
  return losses
}

function initialVariables(): Variable[] {
  const make = (name: string, shape: [number, number] | [number]): Variable =>
    tf.tidy(() =>
      tf.variable(
        tf.tensor(
          noise(
            shape.reduce((a, b) => a * b, 1),
            name,
          ),
          shape,
        ),
      ),
    )
  return [make('w1', [6, 9]), make('b1', [9]), make('w2', [9, 1])]
}

const rates: AdamOptions = { learningRate: 0.01 }

describe('createAdam', () => {
  it('gives the losses of tf.train.adam over 20 steps', () => {
    const own = train(engine.createAdam(rates), 20)
    const stock = train(tf.train.adam(0.01), 20)
    // tf.train.adam keeps its powers of beta in float32, which costs it a relative 1e-5.
    own.forEach((loss, i) => expect(Math.abs(loss / stock[i]! - 1)).toBeLessThan(1e-4))
    expect(own.at(-1)).toBeLessThan(own[0]!)
  })

  it('takes other rates as tf.train.adam does, and a new learning rate between steps', () => {
    const own = engine.createAdam({ learningRate: 0.05, beta1: 0.8, beta2: 0.99, epsilon: 1e-4 })
    const stock = tf.train.adam(0.05, 0.8, 0.99, 1e-4)
    const [a, b] = [initialVariables(), initialVariables()]
    train(own, 3, a)
    train(stock, 3, b)
    own.learningRate = 0.002
    ;(stock as unknown as { learningRate: number }).learningRate = 0.002
    const [last, expected] = [train(own, 4, a), train(stock, 4, b)]
    last.forEach((loss, i) => expect(Math.abs(loss / expected[i]! - 1)).toBeLessThan(1e-4))
  })

  it('continues after getWeights and setWeights as if nothing had happened', async () => {
    const whole = train(engine.createAdam(rates), 12)
    const first = engine.createAdam(rates)
    const variables = initialVariables()
    train(first, 6, variables)
    const saved = await Promise.all(
      (await first.getWeights()).map(async ({ name, tensor }) => ({
        name,
        tensor: tf.tensor((await tensor.data()).slice(), tensor.shape),
      })),
    )
    expect(saved.length).toBe(1 + 2 * variables.length)
    first.dispose()
    const second = engine.createAdam(rates)
    await second.setWeights(saved)
    expect(train(second, 6, variables)).toEqual(whole.slice(6))
  })

  it('shrinks only the weights that decay, by learning rate times decay', () => {
    const variables = initialVariables()
    const before = variables.map((variable) => variable.dataSync())
    const [kernel] = variables
    const optimizer = engine.createAdam({
      learningRate: 0.1,
      weightDecay: 0.5,
      decays: (name) => name === kernel!.name,
    })
    optimizer.applyGradients(
      Object.fromEntries(variables.map((variable) => [variable.name, tf.zerosLike(variable)])),
    )
    kernel!.dataSync().forEach((w, i) => expect(w).toBeCloseTo(before[0]![i]! * 0.95, 6))
    expect([...variables[1]!.dataSync()]).toEqual([...before[1]!])
  })

  it('adds the gradient of an L1 penalty, with none at zero', () => {
    const penalised = tf.variable(tf.tensor1d([1, -2, 0, 3]))
    const plain = tf.variable(tf.tensor1d([1, -2, 0, 3]))
    const own = engine.createAdam({ ...rates, l1: () => 0.3 })
    const reference = engine.createAdam(rates)
    own.applyGradients({ [penalised.name]: tf.tensor1d([0.1, 0.1, 0, -0.3]) })
    reference.applyGradients({ [plain.name]: tf.tensor1d([0.4, -0.2, 0, 0]) })
    penalised.dataSync().forEach((w, i) => expect(w).toBeCloseTo(plain.dataSync()[i]!, 6))
    expect(penalised.dataSync()[2]).toBe(0)
  })

  it('does not change a clone that somebody keeps', () => {
    const [kernel] = initialVariables()
    const best = tf.clone(kernel!)
    const before = best.dataSync()
    const optimizer = engine.createAdam(rates)
    optimizer.applyGradients({ [kernel!.name]: tf.onesLike(kernel!) })
    expect([...best.dataSync()]).toEqual([...before])
    expect([...kernel!.dataSync()]).not.toEqual([...before])
  })

  it('gives back everything it took', () => {
    const variables = initialVariables()
    const before = tf.memory().numTensors
    const optimizer = engine.createAdam(rates)
    train(optimizer, 2, variables)
    expect(tf.memory().numTensors).toBe(before + 2 * variables.length)
    optimizer.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('refuses rates that make no sense', () => {
    for (const wrong of [{ beta1: 1 }, { beta2: -0.1 }, { weightDecay: -1 }, { learningRate: NaN }])
      try {
        engine.createAdam({ ...rates, ...wrong })
        expect.unreachable()
      } catch (error) {
        expect(isLimbicError(error, 'VALUE_INVALID')).toBe(true)
      }
  })
})
