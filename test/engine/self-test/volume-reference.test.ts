import { describe, it, expect } from 'vitest'
import {
  referenceMaxPool,
  referenceNormRelu,
  referenceVolumeConvolution,
  type ReferenceVolume,
} from '../../../src/engine/self-test/volume-reference.ts'
import { noise } from '../_tensors.ts'

const line: ReferenceVolume = {
  ...{ N: 1, C: 1, Cout: 1, input: [1, 1, 4], output: [1, 1, 2] },
  ...{ filter: [1, 1, 3], strides: [1, 1, 2], before: [0, 0, 0] },
}

/** Derivative of the sum of outputs weighted by dy, by central differences. */
function slope(run: (at: Float64Array) => Float64Array, at: Float64Array, dy: Float64Array) {
  const value = (point: Float64Array): number => run(point).reduce((s, y, i) => s + y * dy[i]!, 0)
  return at.map((_, i) => {
    const moved = (by: number): Float64Array => at.map((v, j) => (i === j ? v + by : v))
    return (value(moved(1e-6)) - value(moved(-1e-6))) / 2e-6
  })
}

describe('referenceVolumeConvolution', () => {
  it('slides the filter, leaving out what is outside', () => {
    const { y, dx, dFilter } = referenceVolumeConvolution(line, [1, 2, 3, 4], [1, 10, 100], [1, 2])
    expect([...y]).toEqual([321, 43])
    expect([...dx]).toEqual([1, 10, 102, 20])
    expect([...dFilter]).toEqual([7, 10, 3])
  })
})

describe('referenceMaxPool', () => {
  it('takes the largest, negative or not, and sends its gradient there', () => {
    const { y, dx } = referenceMaxPool(line, [-5, -2, -3, -4], [1, 2])
    expect([...y]).toEqual([-2, -3])
    expect([...dx]).toEqual([0, 1, 2, 0])
  })
})

describe('referenceNormRelu', () => {
  it('gives two rows one standard deviation to either side, the lower one shut', () => {
    const { y, mean, variance } = referenceNormRelu([1, 5], [2], [0.5], 0, [0, 0])
    expect([...y, ...mean, ...variance]).toEqual([0, 2.5, 3, 4])
  })

  it('has the gradients that finite differences have', () => {
    const [x, dy] = ['x', 'dy'].map((name) => Float64Array.from(noise(7 * 3, name)))
    const [gamma, beta] = ['gamma', 'beta'].map((name) => Float64Array.from(noise(3, name)))
    const run = (a: Float64Array, b: Float64Array, c: Float64Array) =>
      referenceNormRelu(a, b, c, 1e-3, dy!)
    const { dx, dGamma, dBeta } = run(x!, gamma!, beta!)
    const expected = [
      slope((at) => run(at, gamma!, beta!).y, x!, dy!),
      slope((at) => run(x!, at, beta!).y, gamma!, dy!),
      slope((at) => run(x!, gamma!, at).y, beta!, dy!),
    ]
    for (const [i, found] of [dx, dGamma, dBeta].entries())
      found.forEach((value, j) => expect(value).toBeCloseTo(expected[i]![j]!, 6))
  })
})
