import { describe, it, expect } from 'vitest'
import { openEngine } from '../../../src/engine/index.ts'
import { noise, onBoth, size } from '../_tensors.ts'
import type { Tensor } from '@tensorflow/tfjs-core'

const { tf } = await openEngine('cpu')

/** The same calculation on this engine and on the stock backend, which it must equal to the last bit or nearly so. */
async function both(calculate: () => Tensor): Promise<[Float32Array, Float32Array, number[][]]> {
  const run = () =>
    tf.tidy(() => {
      const y = calculate()
      return { values: y.dataSync<'float32'>(), shape: y.shape }
    })
  const { own, stock } = await onBoth(tf, run)
  return [own.values, stock.values, [own.shape, stock.shape]]
}

const shapes: [number[], number[]][] = [
  [[], []],
  [[5], [5]],
  [[3, 7], [7]],
  [
    [3, 7],
    [1, 7],
  ],
  [
    [2, 5, 6],
    [5, 6],
  ],
  [
    [2, 5, 6],
    [1, 1, 6],
  ],
  [[7], [3, 7]],
  [
    [3, 7],
    [3, 1],
  ],
  [
    [3, 1],
    [1, 7],
  ],
  [[3, 7], []],
  [[], [3, 7]],
  [[1], [1, 1]],
  [[1, 1, 1], [4]],
  [
    [2, 1, 4],
    [2, 3, 1],
  ],
  [[0, 4], [4]],
]

describe('two operands', () => {
  const operations = ['add', 'sub', 'mul', 'div'] as const
  it.each(shapes)('agree with the stock backend on %j and %j', async (left, right) => {
    for (const operation of operations) {
      const [own, stock, [ownShape, stockShape]] = await both(() =>
        tf[operation](
          tf.tensor(noise(size(left), 'a'), left),
          tf.tensor(noise(size(right), 'b'), right),
        ),
      )
      expect(ownShape).toEqual(stockShape)
      expect([...own], operation).toEqual([...stock])
    }
  })

  it('leaves whole numbers to the stock kernels', () => {
    const sum = tf.tidy(() => tf.add(tf.tensor1d([1, 2], 'int32'), tf.tensor1d([3, 4], 'int32')))
    expect(sum.dtype).toBe('int32')
    expect([...sum.dataSync()]).toEqual([4, 6])
    sum.dispose()
  })

  it('adds many', async () => {
    const terms = (): Tensor[] => ['a', 'b', 'c'].map((name) => tf.tensor1d(noise(9, name)))
    const [own, stock] = await both(() => tf.addN(terms()))
    own.forEach((value, i) => expect(value).toBeCloseTo(stock[i]!, 5))
    const [alone] = await both(() => tf.addN([tf.tensor1d([1, 2, 3])]))
    expect([...alone]).toEqual([1, 2, 3])
  })
})

describe('one operand', () => {
  const operations = [
    'relu',
    'step',
    'abs',
    'neg',
    'square',
    'sqrt',
    'rsqrt',
    'sign',
    'floor',
  ] as const
  const special = [0, -0, 1, -1, 0.5, -2.5, 1e30, -1e-30, Infinity, -Infinity, NaN]

  it.each(operations)('agrees with the stock backend: %s', async (operation) => {
    const values = Float32Array.from([...special, ...noise(30, operation)])
    const [own, stock] = await both(() => tf[operation](tf.tensor1d(values)))
    // TensorFlow.js rounds the root through float64; the last bit may differ.
    own.forEach((value, i) => {
      const expected = stock[i]!
      if (Number.isFinite(expected))
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(Math.abs(expected) * 2e-7)
      else expect(value).toBe(expected)
    })
  })

  it('gives step its slope below zero', async () => {
    const [own, stock] = await both(() => tf.step(tf.tensor1d([-2, 0, 3]), 0.25))
    expect([...own]).toEqual([...stock])
  })

  it('masks gradients where the input was negative, open and shut side by side', () => {
    const x = noise(37, 'mask')
    const gradient = tf.tidy(() =>
      tf
        .grad((t) => tf.sum(tf.relu(t)))(tf.tensor1d(x))
        .dataSync(),
    )
    expect([...gradient]).toEqual([...x].map((value) => (value > 0 ? 1 : 0)))
    expect(gradient.some((g) => g === 0) && gradient.some((g) => g === 1)).toBe(true)
  })
})
