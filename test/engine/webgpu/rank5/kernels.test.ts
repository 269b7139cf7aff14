import { createRequire } from 'node:module'
import { it, expect } from 'vitest'
import { describeGpu, hasDriver, numbers, useGpu } from '../_gpu.ts'
import type { Tensor } from '@tensorflow/tfjs-core'

const { engine } = hasDriver ? await useGpu() : {}
const tf = engine?.tf as NonNullable<typeof engine>['tf']
// The reference.
createRequire(import.meta.url)('@tensorflow/tfjs-backend-cpu')

type Shape = number[]
type Run = (...tensors: Tensor[]) => Tensor

const [deep, other] = [
  [2, 3, 4, 3, 5],
  [2, 3, 4, 3, 2],
] as const

/** True and false by turns, in no order that an axis has. */
const condition = (): Tensor =>
  tf.tensor(
    Array.from(numbers(deep, 'condition'), (x) => x > 0),
    [...deep],
    'bool',
  )

/** Operations on five and more axes: stock TensorFlow.js is silently wrong on some of them on this backend. All are differentiated. */
const differentiable: readonly (readonly [name: string, shapes: Shape[], run: Run])[] = [
  ['add of a row', [[...deep], [5]], (a, b) => tf.add(a, b)],
  ['add of a row first', [[5], [...deep]], (a, b) => tf.sub(a, b)],
  ['mul by the last two axes', [[...deep], [3, 5]], (a, b) => tf.mul(a, b)],
  ['mul by one number', [[...deep], []], (a, b) => tf.mul(a, b)],
  [
    'div by a number per sample',
    [[...deep], [2, 1, 1, 1, 1]],
    (a, b) => tf.div(a, tf.add(tf.abs(b), 1)),
  ],
  ['sub of samples and channels', [[...deep], [2, 1, 1, 1, 5]], (a, b) => tf.sub(a, b)],
  ['add on six axes', [[2, 2, 3, 2, 2, 3], [3]], (a, b) => tf.add(a, b)],
  [
    'pad',
    [[...deep]],
    (x) =>
      tf.pad(
        x,
        [
          [0, 0],
          [1, 2],
          [2, 0],
          [0, 1],
          [0, 0],
        ],
        3,
      ),
  ],
  [
    'pad of channels and samples',
    [[...deep]],
    (x) =>
      tf.pad(x, [
        [1, 0],
        [0, 0],
        [0, 0],
        [0, 0],
        [2, 1],
      ]),
  ],
  ['slice', [[...deep]], (x) => tf.slice(x, [0, 1, 2, 0, 1], [2, 2, 2, 3, 3])],
  ['concat', [[...deep], [...other]], (a, b) => tf.concat([a, b], 4)],
  ['split', [[2, 3, 4, 3, 4]], (x) => tf.mul(...(tf.split(x, 2, 4) as [Tensor, Tensor]))],
  ['reverse', [[...deep]], (x) => tf.reverse(x, [1, 3])],
  ['where', [[...deep], [...deep]], (a, b) => tf.where(condition(), a, tf.mul(b, 2))],
  ['transpose', [[...deep]], (x) => tf.transpose(x, [0, 4, 1, 2, 3])],
  ['sum over volumes', [[...deep]], (x) => tf.sum(x, [0, 1, 2, 3])],
  ['mean over space', [[...deep]], (x) => tf.mean(x, [1, 2, 3])],
  ['max over space', [[...deep]], (x) => tf.max(x, [1, 2, 3])],
  ['relu', [[...deep]], (x) => tf.relu(x)],
  ['gather', [[...deep]], (x) => tf.gather(x, tf.tensor1d([0, 2], 'int32'), 1)],
  ['softmax', [[...deep]], (x) => tf.softmax(x)],
  ['max pooling', [[2, 5, 4, 5, 3]], (x) => tf.maxPool3d(x as never, 3, 2, 'same')],
  ['average pooling', [[2, 5, 4, 5, 3]], (x) => tf.avgPool3d(x as never, 2, 2, 'valid')],
]

const plain: readonly (readonly [name: string, shapes: Shape[], run: Run])[] = [
  ['maximum', [[...deep], [5]], (a, b) => tf.maximum(a, b)],
  ['greater', [[...deep], [5]], (a, b) => tf.cast(tf.greater(a, b), 'float32')],
  ['prelu', [[...deep], [5]], (a, b) => tf.prelu(a, b)],
  [
    'strided slice',
    [[2, 7, 6, 5, 4]],
    (x) => tf.stridedSlice(x, [0, 1, 5, 0, 0], [2, 7, 0, 5, 4], [1, 2, -2, 3, 2]),
  ],
  ['tile', [[2, 2, 1, 2, 3]], (x) => tf.tile(x, [1, 2, 3, 1, 2])],
  ['cumulative sum', [[...deep]], (x) => tf.cumsum(x, 2)],
  ['cumulative sum of channels', [[...deep]], (x) => tf.cumsum(x, 4, true)],
  ['cumulative product', [[...deep]], (x) => tf.cumprod(x, 1)],
  [
    'stack',
    [
      [2, 3, 2, 3],
      [2, 3, 2, 3],
    ],
    (a, b) => tf.stack([a, b], 2),
  ],
  ['unstack', [[...deep]], (x) => tf.unstack(x, 2)[3]!],
  ['argMax', [[...deep]], (x) => tf.cast(tf.argMax(x, 3), 'float32')],
  ['clipByValue', [[...deep]], (x) => tf.clipByValue(x, -0.4, 0.4)],
  [
    'mirrorPad',
    [[2, 3, 4, 3]],
    (x) =>
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        'reflect',
      ),
  ],
  ['addN', [[...deep], [...deep], [...deep]], (...all) => tf.addN(all)],
]

/** Values and gradients of a weighted sum, as plain arrays. */
async function evaluate(
  shapes: readonly Shape[],
  run: Run,
  hasGradient: boolean,
): Promise<number[][]> {
  const tensors = tf.tidy(() => {
    const inputs = shapes.map((shape, i) => tf.tensor(numbers(shape, `input ${i}`), shape))
    const y = run(...inputs)
    if (!hasGradient) return [y]
    const weights = tf.tensor(numbers(y.shape, 'weights'), y.shape)
    return [y, ...tf.grads(run)(inputs, weights)]
  })
  const values = await Promise.all(
    tensors.map(async (tensor) => [...tensor.shape, ...(await tensor.data())]),
  )
  tf.dispose(tensors)
  return values
}

async function worstDifference(
  shapes: readonly Shape[],
  run: Run,
  hasGradient: boolean,
): Promise<number> {
  const backend = tf.getBackend()
  const own = await evaluate(shapes, run, hasGradient)
  await tf.setBackend('cpu')
  // Spares the log an advertisement for another package.
  ;(tf.backend() as unknown as { firstUse: boolean }).firstUse = false
  const expected = await evaluate(shapes, run, hasGradient).finally(() => tf.setBackend(backend))
  const differences = expected.map((values, i) => {
    if (values.length !== own[i]?.length) return Infinity
    return Math.max(...values.map((value, j) => Math.abs(value - own[i]![j]!)))
  })
  return differences.some(Number.isNaN) ? NaN : Math.max(...differences)
}

describeGpu('tensors of five and six axes (needs a GPU driver)', () => {
  it.each(differentiable)('%s and its gradient', async (_, shapes, run) => {
    expect(await worstDifference(shapes, run, true)).toBeLessThan(1e-5)
  })

  it.each(plain)('%s', async (_, shapes, run) => {
    expect(await worstDifference(shapes, run, false)).toBeLessThan(1e-5)
  })

  it('strided slice that drops an axis', async () => {
    const x = tf.tensor(numbers(deep, 'x'), [...deep])
    const dropped = tf.stridedSlice(
      x,
      [0, 0, 1, 0, 0],
      [2, 3, 2, 3, 5],
      [1, 1, 1, 1, 1],
      0,
      0,
      0,
      0,
      4,
    )
    const sliced = tf.slice(x, [0, 0, 1, 0, 0], [2, 3, 1, 3, 5])
    expect(dropped.shape).toEqual([2, 3, 3, 5])
    expect(await dropped.data()).toEqual(await sliced.data())
  })

  it('refuses a broadcast that alternates on five axes', () => {
    const [a, b] = [tf.ones([2, 1, 2, 1, 2]), tf.ones([1, 2, 1, 2, 1])]
    expect(() => tf.add(a, b)).toThrow(/does not do Add of \[2, 1, 2, 1, 2\] and \[1, 2, 1, 2, 1\]/)
  })

  it('refuses an exclusive cumulative sum in reverse, which the stock kernel gets wrong', () => {
    expect(() => tf.cumsum(tf.ones([4]), 0, true, true)).toThrow(/exclusive Cumsum in reverse/)
  })
})
