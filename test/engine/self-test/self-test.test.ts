import { describe, it, expect } from 'vitest'
import { LimbicError } from '../../../src/core/errors/index.ts'
import { openEngine, type Engine } from '../../../src/engine/index.ts'
import { selfTest, selfTestTolerance } from '../../../src/engine/self-test/self-test.ts'
import type { Tf } from '../../../src/engine/tf.ts'

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
        const [dx, dFilter] = whole(inputs, dy) as [
          ReturnType<typeof tf.ones>,
          ReturnType<typeof tf.ones>,
        ]
        const [first, ...rest] = dFilter.dataSync()
        return [dx, tf.tensor([first! * 1.01, ...rest], dFilter.shape)]
      }
    }
    const error = await failureOf({ ...engine, tf: { ...tf, grads } })
    expect((error as LimbicError).details).toMatchObject({
      operation: 'conv1d, gradient of the filter',
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
