import { describe, expect, it } from 'vitest'
import {
  gatherWeights,
  scatterWeights,
  withFineTuned,
  type FineTunedState,
} from '../../../src/train/fine-tune/last-weights.ts'

const weight = (name: string, ...data: number[]) => ({ name, shape: [data.length], data: Float32Array.from(data) }) // prettier-ignore
const classifier = {
  ...{ kind: 'classifier/test', fittedOn: ['sub-01/task-a'], nClasses: 2, nFeatures: 1 },
  weights: [weight('conv/kernel', 9), weight('out/kernel', 1, 2), weight('out/bias', 3, 4)],
} as const
const layers = [{ name: 'out', gain: 1, nInputs: 1 }]
const tunedOf = (weights: FineTunedState['weights']): FineTunedState => ({
  ...{ kind: 'fine-tuned network', fittedOn: ['sub-02/task-a'], weights },
})

describe('the last layers', () => {
  it('come out as one matrix, and go back into a network that is the same in all else', () => {
    const matrix = gatherWeights(classifier, layers)
    expect([...matrix]).toEqual([1, 2, 3, 4])
    const own = scatterWeights(classifier, layers, matrix.map((value) => value * 10)) // prettier-ignore
    const tuned = withFineTuned(classifier, tunedOf(own)) as typeof classifier
    expect(tuned.weights.map(({ name, data }) => [name, ...data])).toEqual([
      ['conv/kernel', 9],
      ['out/kernel', 10, 20],
      ['out/bias', 30, 40],
    ])
    expect(tuned.weights[0]).toBe(classifier.weights[0])
    expect([...gatherWeights(classifier, layers)]).toEqual([1, 2, 3, 4])
  })

  it('are those of the bundle where a subject has none of its own', () => {
    expect(withFineTuned(classifier, undefined)).toBe(classifier)
  })

  it('are refused where the network has no such layer, or one of another size', () => {
    const other = [{ ...layers[0]!, name: 'head' }]
    expect(() => gatherWeights(classifier, other)).toThrow('a weight head/kernel')
    expect(() => withFineTuned(classifier, tunedOf([weight('head/kernel', 1)]))).toThrow('head/kernel') // prettier-ignore
    expect(() => withFineTuned(classifier, tunedOf([weight('out/bias', 1)]))).toThrow('2 numbers in out/bias') // prettier-ignore
  })
})
