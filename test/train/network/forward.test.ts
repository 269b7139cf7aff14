import { describe, expect, it } from 'vitest'
import { cnn1d } from '../../../models/index.ts'
import { createRng } from '../../../src/core/rng.ts'
import { forward } from '../../../src/train/network/forward.ts'
import { readWeights, writeWeights } from '../../../src/train/network/weights.ts'
import { openTestEngine } from './_engine.ts'

const { tf } = await openTestEngine()

describe('forward', () => {
  it('scores every sample by itself, whatever the batch, and gives nothing for no samples', async () => {
    const model = cnn1d(tf, {
      preset: 'compact',
      inputLength: 8,
      nClasses: 2,
      seed: 1,
      output: 'logits',
    })
    const rng = createRng(1)
    const weights = (await readWeights(model)).map((weight) => ({
      ...weight,
      data: weight.data.map((value) => value + Math.abs(0.1 * rng.normal())),
    }))
    writeWeights(tf, model, weights)
    const features = Float32Array.from({ length: 300 * 8 }, () => rng.normal())
    const before = tf.memory().numTensors
    const all = await forward(tf, model, features, [8, 1])
    expect(all).toHaveLength(600)
    for (const sample of [0, 255, 256, 299]) {
      const one = await forward(tf, model, features.slice(8 * sample, 8 * sample + 8), [8, 1])
      for (const c of [0, 1]) {
        const expected = all[2 * sample + c]!
        expect(Math.abs(one[c]! - expected)).toBeLessThan(1e-5 * Math.abs(expected))
      }
    }
    expect(await forward(tf, model, new Float32Array(0), [8, 1])).toHaveLength(0)
    expect(tf.memory().numTensors).toBe(before)
    model.dispose()
  })
})
