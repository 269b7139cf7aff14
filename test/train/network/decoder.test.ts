import { describe, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import { createRng } from '../../../src/core/rng.ts'
import {
  cnn1dClassifier,
  createNetworkScorer,
  type Cnn1dFitOptions,
} from '../../../src/train/network/index.ts'
import { openTestEngine } from './_engine.ts'
import { createProblem } from './_problem.ts'

const engine = await openTestEngine()
const context = {
  rng: createRng(1),
  emit: silent,
  openEngine: () => Promise.resolve(engine),
}
const presets: [string, Cnn1dFitOptions][] = [
  ['compact', { epochs: 2, batchSize: 16 }],
  ['paper', { preset: 'paper', epochs: 1, learningRate: 1e-4, l1: 0 }],
]

describe.each(presets)('a loaded network (%s)', (_, options) => {
  const train = createProblem({ nFeatures: 56 })
  const fit = () => cnn1dClassifier.fit(train, options, context)

  it('scores as the classifier does', async () => {
    const state = await fit()
    const expected = await cnn1dClassifier.score(state, train.features, context)
    const scorer = await createNetworkScorer(state, context)
    const found = await scorer.score(train.features)
    expect([found.nRows, found.nCols]).toEqual([60, 3])
    for (const [i, value] of found.data.entries()) expect(value).toBeCloseTo(expected.data[i]!, 3)
    const none = { data: new Float32Array(0), nRows: 0, nCols: 56 }
    expect((await scorer.score(none)).data).toHaveLength(0)
    scorer.dispose()
  })

  it('decodes single volumes, and leaves no tensor behind', async () => {
    const state = await fit()
    const expected = await cnn1dClassifier.score(state, train.features, context)
    const before = engine.tf.memory().numTensors
    const scorer = await createNetworkScorer(state, context)
    const decode = (data: Float32Array) => scorer.score({ data, nRows: 1, nCols: data.length })
    const data = train.features.data as Float32Array
    for (const row of [0, 7, 59]) {
      const logits = await decode(data.subarray(row * 56, row * 56 + 56))
      expect(logits.data).toHaveLength(3)
      for (const [c, value] of logits.data.entries()) {
        expect(value).toBeCloseTo(expected.data[row * 3 + c]!, 3)
      }
    }
    await expect(decode(new Float32Array(5))).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' })
    scorer.dispose()
    expect(engine.tf.memory().numTensors).toBe(before)
  })
})
