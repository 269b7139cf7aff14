import { describe, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import { createRng } from '../../../src/core/rng.ts'
import { decodeState, encodeState } from '../../../src/io/state-file.ts'
import { fitResnet3dVolumes } from '../../../src/train/volumes/resnet3d-classifier.ts'
import {
  createResnet3dModel,
  createResnet3dScorer,
  scoreResnet3d,
  type Resnet3dState,
} from '../../../src/train/volumes/resnet3d-state.ts'
import { openTestEngine } from '../network/_engine.ts'
import { makeRuns } from './_volumes.ts'

const { samples } = makeRuns([10], { signal: 1 })
const context = { rng: createRng(1), emit: silent, openEngine: openTestEngine }
const state = await fitResnet3dVolumes(samples, { epochs: 1, members: 2, batchSize: 5 }, context)
const volumes = await samples.runs[0]!.read()

describe('the state of a 3D ResNet', () => {
  it('scores the same after being stored', async () => {
    const stored = decodeState(encodeState(state)) as Resnet3dState
    const [before, after] = [state, stored].map((one) => scoreResnet3d(one, volumes, context))
    expect((await after!).data).toEqual((await before!).data)
  })

  it('reads a state from before networks were averaged', async () => {
    const options = { epochs: 1, members: 1, batchSize: 5 }
    const { members, ...older } = await fitResnet3dVolumes(samples, options, context)
    const stored = decodeState(encodeState(older)) as Resnet3dState
    const expected = await scoreResnet3d({ ...older, members: members! }, volumes, context)
    expect((await scoreResnet3d(stored, volumes, context)).data).toEqual(expected.data)
  })

  it('makes the network with its own weights', async () => {
    const model = createResnet3dModel(await openTestEngine(), state)
    expect(model.inputs[0]!.shape).toEqual([null, 4, 3, 2, 1])
    expect(model.weights).toHaveLength(state.weights.length)
    for (const { name, data } of state.weights) {
      const weight = model.weights.find(({ originalName }) => originalName === name)
      expect([...(await weight!.read().data())], name).toEqual([...data])
    }
    model.dispose()
  })

  it('does not see the scale of a volume when it was trained on normalised ones', async () => {
    const scaled = { ...volumes, data: volumes.data.map((value) => 5 * value + 3) }
    const [plain, other] = await Promise.all(
      [volumes, scaled].map((features) => scoreResnet3d(state, features, context)),
    )
    other!.data.forEach((value, i) => expect(value).toBeCloseTo(plain!.data[i]!, 3))
  })

  it('refuses other weights and volumes with other voxels', async () => {
    const engine = await openTestEngine()
    const short = { ...state, weights: state.weights.slice(1) }
    expect(() => createResnet3dModel(engine, short)).toThrow(/weights of a network/)
    const narrow = { data: new Float32Array(21), nRows: 1, nCols: 21 }
    await expect(scoreResnet3d(state, narrow, context)).rejects.toThrow(/21/)
  })

  it('decodes volume by volume what it scores at once, and keeps no tensor', async () => {
    const { tf } = await openTestEngine()
    const expected = await scoreResnet3d(state, volumes, context)
    const before = tf.memory().numTensors
    const scorer = await createResnet3dScorer(state, context)
    for (let row = 0; row < volumes.nRows; row++) {
      const data = volumes.data.slice(22 * row, 22 * row + 22)
      const { data: logits } = await scorer.score({ data, nRows: 1, nCols: 22 })
      logits.forEach((value, c) => expect(value).toBeCloseTo(expected.data[2 * row + c]!, 4))
    }
    const narrow = { data: new Float32Array(21), nRows: 1, nCols: 21 }
    await expect(scorer.score(narrow)).rejects.toThrow(/21/)
    scorer.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('gives no scores for no volumes', async () => {
    const none = { data: new Float32Array(0), nRows: 0, nCols: 22 }
    expect((await scoreResnet3d(state, none, context)).data).toHaveLength(0)
  })
})
