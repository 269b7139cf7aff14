import { describe, expect, it } from 'vitest'
import { cnn1d, type Cnn1dOptions } from '../../../models/index.ts'
import { forward } from '../../../src/train/network/forward.ts'
import { readWeights, writeWeights } from '../../../src/train/network/weights.ts'
import { openTestEngine } from './_engine.ts'

const { tf } = await openTestEngine()
const options: Cnn1dOptions = {
  preset: 'compact',
  inputLength: 8,
  nClasses: 2,
  seed: 1,
  output: 'logits',
}

describe('readWeights and writeWeights', () => {
  it('carry a network over to another model by value', async () => {
    const [from, to] = [cnn1d(tf, options), cnn1d(tf, { ...options, seed: 2 })]
    const weights = await readWeights(from)
    weights.find((weight) => weight.name === 'branch/bias')!.data.set([1, 2])
    writeWeights(tf, to, weights)
    expect(await readWeights(to)).toEqual(weights)
    weights.find((weight) => weight.name === 'branch/bias')!.data.set([5, 5])
    expect([...(await forward(tf, to, new Float32Array(8), [8, 1]))]).toEqual([1, 2])
    from.dispose()
    to.dispose()
  })

  it('refuse the weights of another network', async () => {
    const [from, to] = [cnn1d(tf, options), cnn1d(tf, { ...options, nClasses: 3 })]
    const weights = await readWeights(from)
    expect(() => writeWeights(tf, to, weights)).toThrow(/branch\/kernel \[64 x 3\]/)
    from.dispose()
    to.dispose()
  })
})
