import { describe, expect, it } from 'vitest'
import { cnn1d } from '../../../models/index.ts'
import {
  createStateModel,
  networkInputLength,
  type Cnn1dState,
} from '../../../src/train/network/cnn1d-state.ts'
import { readWeights } from '../../../src/train/network/weights.ts'
import { openTestEngine } from './_engine.ts'

const { tf } = await openTestEngine()

async function createState(): Promise<Cnn1dState> {
  const model = cnn1d(tf, { preset: 'compact', inputLength: 4, nClasses: 2, seed: 1 })
  const weights = await readWeights(model)
  model.dispose()
  const projection = {
    mean: new Float64Array(9),
    rotation: new Float64Array(36),
    nComponents: 4,
    scale: 1,
  }
  return {
    kind: 'classifier/cnn1d',
    fittedOn: [],
    nClasses: 2,
    nFeatures: 9,
    preset: 'compact',
    projection,
    weights,
    epochs: [],
  }
}

describe('createStateModel', () => {
  it('gives the network of the state, with logits at its end', async () => {
    const state = await createState()
    const model = createStateModel(tf, state)
    expect(model.inputs[0]!.shape).toEqual([null, 4, 1])
    expect(model.layers.at(-1)!.name).toBe('logits')
    expect(await readWeights(model)).toEqual(state.weights)
    model.dispose()
  })

  it('leaves nothing behind when the weights do not fit', async () => {
    const state = await createState()
    const before = tf.memory().numTensors
    expect(() => createStateModel(tf, { ...state, nClasses: 3 })).toThrow(/weights of a network/)
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('networkInputLength', () => {
  it('is the number of components, or of features where there is no projection', async () => {
    const state = await createState()
    expect(networkInputLength(state)).toBe(4)
    expect(networkInputLength({ ...state, projection: null })).toBe(9)
  })
})
