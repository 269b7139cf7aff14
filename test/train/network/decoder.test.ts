import { describe, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import { createRng } from '../../../src/core/rng.ts'
import { cnn1dClassifier, createNetworkDecoder } from '../../../src/train/network/index.ts'
import { openTestEngine } from './_engine.ts'
import { createProblem } from './_problem.ts'

const engine = await openTestEngine()
const context = {
  rng: createRng(1),
  emit: silent,
  openEngine: () => Promise.resolve(engine),
}

describe('createNetworkDecoder', () => {
  it('decodes single volumes as scoring decodes all of them, and frees its network', async () => {
    const train = createProblem()
    const state = await cnn1dClassifier.fit(train, { epochs: 2, batchSize: 16 }, context)
    const expected = await cnn1dClassifier.score(state, train.features, context)
    const before = engine.tf.memory().numTensors
    const decode = createNetworkDecoder(state, engine)
    const data = train.features.data as Float32Array
    for (const row of [0, 7, 59]) {
      const logits = await decode(data.subarray(row * 6, row * 6 + 6))
      expect(logits).toHaveLength(3)
      for (const [c, value] of logits.entries()) {
        expect(value).toBeCloseTo(expected.data[row * 3 + c]!, 4)
      }
    }
    await expect(decode(new Float32Array(5))).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' })
    decode.dispose()
    expect(engine.tf.memory().numTensors).toBe(before)
  })
})
