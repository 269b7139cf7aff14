import { describe, expect, it } from 'vitest'
import { cnn1d, resnet3d } from '../../../models/index.ts'
import { createRng } from '../../../src/core/rng.ts'
import type { Engine } from '../../../src/engine/index.ts'
import { openEngine } from '../../../src/engine/index.ts'
import type { ClassifierNetwork } from '../../../src/train/classifier.ts'
import { takeScoresApart } from '../../../src/train/fine-tune/scores-by-layer.ts'
import { forward } from '../../../src/train/network/forward.ts'

const engine: Engine = await openEngine('cpu')
const { tf } = engine
const nClasses = 3

/** A network with weights everywhere, and three samples. */
function setUp(model: ClassifierNetwork['model']) {
  const rng = createRng('scores')
  model.setWeights(
    model.weights.map((weight) => {
      const shape = weight.read().shape
      const size = shape.reduce((product, n) => product * n, 1)
      return tf.tensor(
        Float32Array.from({ length: size }, () => 0.5 + 0.1 * rng.normal()),
        shape,
      )
    }),
  )
  const sampleShape = model.inputs[0]!.shape.slice(1) as number[]
  const size = sampleShape.reduce((product, n) => product * n, 1)
  const data = Float32Array.from({ length: 3 * size }, () => rng.normal())
  const network: ClassifierNetwork = {
    ...{ model, input: 'numbers' },
    // Two samples, then one.
    prepare: () => [data.slice(0, 2 * size), data.slice(2 * size)],
  }
  const scores = forward(tf, model, data, sampleShape)
  return { network, scores, features: { data, nRows: 3, nCols: size } }
}

async function expectSum(
  { network, scores, features }: ReturnType<typeof setUp>,
  names: readonly string[],
): Promise<void> {
  const { layers, inputs, rest } = await takeScoresApart(engine, network, features)
  expect(layers.map(({ name }) => name)).toEqual(names)
  const weights: number[] = []
  for (const name of names)
    for (const weight of network.model.getLayer(name).weights)
      weights.push(...(await weight.read().data()))
  const found = (await scores).map((_, at) => {
    const [row, c] = [Math.floor(at / nClasses), at % nClasses]
    let score = rest.data[at]!
    for (let i = 0; i < inputs.nCols; i++)
      score += inputs.data[row * inputs.nCols + i]! * weights[i * nClasses + c]!
    return score
  })
  const expected = await scores
  const scale = Math.max(...expected.map(Math.abs))
  expected.forEach((score, at) => expect(Math.abs(found[at]! - score)).toBeLessThan(1e-5 * scale))
  expect(scale).toBeGreaterThan(0)
}

describe('takeScoresApart', () => {
  it('gives the scores back as inputs times weights plus rest: one layer', async () => {
    const options = { nClasses, seed: 1, output: 'logits' } as const
    await expectSum(setUp(cnn1d(tf, { ...options, preset: 'paper', inputLength: 60 })), ['logits'])
    const shape = [6, 6, 4] as const
    await expectSum(setUp(resnet3d(tf, { ...options, preset: 'compact', shape })), ['logits'])
  })

  it('leaves a frozen layer beside the last one to the rest', async () => {
    const model = cnn1d(tf, { preset: 'compact', inputLength: 12, nClasses, seed: 1, output: 'logits' }) // prettier-ignore
    await expectSum(setUp(model), ['branch'])
  })

  it('takes the last layer of every network whose scores are averaged', async () => {
    const model = resnet3d(tf, { preset: 'compact', shape: [6, 6, 4], nClasses, seed: 1, output: 'logits', members: 2 }) // prettier-ignore
    const { network, features, scores } = setUp(model)
    const { layers, inputs } = await takeScoresApart(engine, network, features)
    expect(layers.map(({ gain }) => gain)).toEqual([0.5, 0.5])
    expect(inputs.nCols).toBe(2 * 33)
    await expectSum({ network, features, scores }, ['logits', 'member2_logits'])
  })

  it('refuses a network that does not end in dense layers', async () => {
    const model = cnn1d(tf, { preset: 'compact', inputLength: 12, nClasses, seed: 1 })
    const { network, features } = setUp(model)
    await expect(takeScoresApart(engine, network, features)).rejects.toThrow('Activation')
  })
})
