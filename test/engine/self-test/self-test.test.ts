import { describe, it, expect } from 'vitest'
import { LimbicError } from '../../../src/core/errors/index.ts'
import {
  openEngine,
  type BlockSettings,
  type Engine,
  type NormWeights,
} from '../../../src/engine/index.ts'
import { selfTest, selfTestTolerance } from '../../../src/engine/self-test/self-test.ts'
import type { Tf } from '../../../src/engine/tf.ts'
import type { Tensor, Tensor5D } from '@tensorflow/tfjs-core'

const engine = await openEngine('cpu')
const { tf } = engine

async function failureOf(broken: Engine): Promise<unknown> {
  return selfTest(broken).catch((error: unknown) => error)
}

describe('selfTest', () => {
  it('passes the CPU engine, with room to spare', async () => {
    const before = tf.memory().numTensors
    const checks = await selfTest(engine)
    for (const { error } of checks) expect(error).toBeLessThan(selfTestTolerance / 10)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('names the operation that is wrong', async () => {
    const matMul: Tf['matMul'] = (a, b) => tf.mul(tf.matMul(a, b), 1.001)
    const error = await failureOf({ ...engine, tf: { ...tf, matMul } })
    expect(error).toBeInstanceOf(LimbicError)
    expect((error as LimbicError).code).toBe('ENGINE_SELF_TEST_FAILED')
    expect((error as LimbicError).details).toMatchObject({ engine: 'cpu', operation: 'matMul' })
  })

  it('finds a gradient that lost its last tap, although the output is right', async () => {
    const grads: Tf['grads'] = (f) => {
      const whole = tf.grads(f)
      return (inputs, dy) => {
        const [dx, dFilter, ...others] = whole(inputs, dy) as [Tensor, Tensor, ...Tensor[]]
        const [first, ...rest] = dFilter.dataSync()
        return [dx, tf.tensor([first! * 1.01, ...rest], dFilter.shape), ...others]
      }
    }
    const error = await failureOf({ ...engine, tf: { ...tf, grads } })
    expect((error as LimbicError).details).toMatchObject({
      operation: 'conv1d, gradient of the filter',
    })
  })

  it('finds windows of negative values pooled to zero, and a fused block that forgets the shift', async () => {
    const maxPool3d = ((...args: Parameters<Tf['maxPool3d']>) =>
      tf.relu(tf.maxPool3d(...args))) as Tf['maxPool3d']
    const pooling = await failureOf({ ...engine, tf: { ...tf, maxPool3d } })
    expect((pooling as LimbicError).details).toMatchObject({ operation: 'maxPool3d' })
    const head = (x: Tensor5D, norm: NormWeights, settings: BlockSettings) =>
      engine.fused!.head(x, { ...norm, beta: tf.zerosLike(norm.beta) }, settings)
    const forgetful = { ...engine, fused: { ...engine.fused!, head } }
    expect(((await failureOf(forgetful)) as LimbicError).details).toMatchObject({
      operation: 'batch normalisation in a fused block',
    })
  })

  it('refuses numbers that are not numbers', async () => {
    const createAdam: Engine['createAdam'] = (options) => {
      const optimizer = engine.createAdam(options)
      optimizer.learningRate = NaN
      return optimizer
    }
    const error = await failureOf({ ...engine, createAdam })
    expect((error as LimbicError).details).toMatchObject({ operation: 'Adam' })
  })
})
