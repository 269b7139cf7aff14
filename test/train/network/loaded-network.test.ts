import { describe, expect, it } from 'vitest'
import { resnet3d } from '../../../models/index.ts'
import { LimbicError } from '../../../src/core/errors/index.ts'
import { createRng } from '../../../src/core/rng.ts'
import { loadNetwork } from '../../../src/train/network/loaded-network.ts'
import { openTestEngine } from './_engine.ts'

const engine = await openTestEngine()
const shape = [9, 8, 6] as const
const size = 9 * 8 * 6
const build = (): ReturnType<typeof resnet3d> =>
  resnet3d(engine.tf, { preset: 'compact', shape, nClasses: 3, seed: 1, output: 'logits' })
const rng = createRng(2)
const input = Float32Array.from({ length: 4 * size }, () => rng.normal())
const unavailable = (): never => {
  throw new LimbicError('ONNX_RUNTIME_UNAVAILABLE', { reason: 'this is a test' })
}

describe('loadNetwork', () => {
  it('gives the same scores on ONNX Runtime as on TensorFlow.js', async () => {
    const loaded = await loadNetwork(engine, build())
    const fallback = await loadNetwork(engine, build(), unavailable)
    const [found, expected] = [await loaded.run(input), await fallback.run(input)]
    expect(found).toHaveLength(12)
    found.forEach((score, i) => expect(Math.abs(score - expected[i]!)).toBeLessThan(1e-4))
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.01)
    loaded.dispose()
    fallback.dispose()
  })

  it('holds no tensors on ONNX Runtime, and gives those of the other back', async () => {
    const before = engine.tf.memory().numTensors
    const loaded = await loadNetwork(engine, build())
    expect(engine.tf.memory().numTensors).toBe(before)
    expect(await loaded.run(new Float32Array(0))).toHaveLength(0)
    const fallback = await loadNetwork(engine, build(), unavailable)
    expect(engine.tf.memory().numTensors).toBeGreaterThan(before)
    fallback.dispose()
    expect(engine.tf.memory().numTensors).toBe(before)
    loaded.dispose()
  })

  it('passes other errors on, and keeps nothing then', async () => {
    const before = engine.tf.memory().numTensors
    const broken = (): never => {
      throw new Error('out of memory')
    }
    await expect(loadNetwork(engine, build(), broken)).rejects.toThrow('out of memory')
    expect(engine.tf.memory().numTensors).toBe(before)
  })
})
