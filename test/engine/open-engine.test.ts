import { describe, it, expect } from 'vitest'
import { isLimbicError } from '../../src/core/errors/index.ts'
import { openEngine, type EngineName } from '../../src/engine/index.ts'
import { noise, onBoth } from './_tensors.ts'
import type { Optimizer, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'

const engine = await openEngine()
const { tf } = engine

/** A small net with every kind of layer that the 1D CNN has. */
function buildModel(): LayersModel {
  const seeded = (seed: number) => ({ kernelInitializer: tf.initializers.glorotUniform({ seed }) })
  return tf.sequential({
    layers: [
      tf.layers.conv1d({ inputShape: [24, 1], filters: 8, kernelSize: 5, ...seeded(1) }),
      tf.layers.conv1d({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', ...seeded(2) }),
      tf.layers.batchNormalization(),
      tf.layers.reLU(),
      tf.layers.flatten(),
      tf.layers.dense({ units: 12, activation: 'relu', ...seeded(3) }),
      tf.layers.dense({ units: 3, ...seeded(4) }),
    ],
  })
}

/** Trains and returns the losses; `each` is called after every step. */
function train(
  nSteps: number,
  options: { optimizer?: Optimizer; each?: (step: number) => void } = {},
): number[] {
  const { optimizer = engine.createAdam({ learningRate: 0.01 }), each } = options
  const model = buildModel()
  const variables = model.trainableWeights.map((weight) => weight.read() as Variable)
  const x = tf.tensor3d(noise(16 * 24, 'x'), [16, 24, 1])
  const y = tf.tidy(() =>
    tf.oneHot(
      tf.tensor1d(
        Array.from({ length: 16 }, (_, i) => i % 3),
        'int32',
      ),
      3,
    ),
  )
  const loss = (): Scalar =>
    tf.losses.softmaxCrossEntropy<Tensor, Scalar>(y, model.apply(x, { training: true }) as Tensor)
  const losses = Array.from({ length: nSteps }, (_, step) => {
    const value = optimizer.minimize(loss, true, variables)!
    const [number] = value.dataSync()
    value.dispose()
    each?.(step)
    return number!
  })
  optimizer.dispose()
  model.dispose()
  tf.dispose([x, y])
  return losses
}

describe('openEngine', () => {
  it('gives the same engine again', async () => {
    expect(await openEngine('cpu')).toBe(engine)
    expect(await openEngine('auto')).toBe(engine)
  })

  it('refuses a name that it does not know', async () => {
    const attempt = openEngine('abacus' as EngineName)
    await expect(attempt).rejects.toThrowErrorMatchingInlineSnapshot(
      `[LimbicError: There is no engine called "abacus". Expected one of auto, cpu, webgpu, tensorflow; found abacus. Try: Run \`limbic doctor\` to see which engines work on this machine.]`,
    )
    await attempt.catch((error: unknown) =>
      expect(isLimbicError(error, 'ENGINE_UNKNOWN')).toBe(true),
    )
  })
})

describe('an engine', () => {
  it('trains layers of tfjs, and loses no tensor in 100 steps', () => {
    const counts = new Set<number>()
    const losses = train(100, {
      each: (step) => void (step > 0 && counts.add(tf.memory().numTensors)),
    })
    expect(counts.size).toBe(1)
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2)
  })

  it('gives the same losses from the same seed', () => {
    expect(train(5)).toEqual(train(5))
  })

  it('gives the losses of the stock backend', async () => {
    const { own, stock } = await onBoth(tf, () => train(20, { optimizer: tf.train.adam(0.01) }))
    const fused = train(20)
    fused.forEach((loss, i) => expect(Math.abs(loss - stock[i]!)).toBeLessThan(1e-4))
    own.forEach((loss, i) => expect(Math.abs(loss - stock[i]!)).toBeLessThan(1e-4))
  })

  it('has chained operations, as layers expect', () => {
    type Chained = Tensor & Record<'relu' | 'flatten', () => Chained>
    const x = tf.tensor2d([1, -2, 3, 4], [2, 2]) as Tensor as Chained
    const y = tf.tidy(() => x.relu().flatten().dataSync())
    x.dispose()
    expect([...y]).toEqual([1, 0, 3, 4])
  })
})
