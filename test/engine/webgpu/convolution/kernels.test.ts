import { it, expect } from 'vitest'
import {
  geometryOf2d,
  geometryOf3d,
  type Geometry,
} from '../../../../src/engine/webgpu/convolution/geometry.ts'
import { describeGpu, errorOf, hasDriver, numbers, useGpu } from '../_gpu.ts'
import { referenceConvolution } from '../_reference.ts'
import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core'

const { engine } = hasDriver ? await useGpu() : {}
const tf = engine?.tf as NonNullable<typeof engine>['tf']

/** Rounding of float32 sums of some hundred terms; a wrong index is off by about 1. */
const tolerance = 2e-6

type Pad = 'same' | 'valid'
type Stride = number | [number, number, number]
type Case = readonly [
  batch: number,
  input: number[],
  kernel: number[],
  channels: [number, number],
  stride: Stride,
  pad: Pad,
]

/** Odd sizes everywhere; channels in fours and not, few and many; both paddings; strides that divide the size and that do not. */
const volumes: readonly Case[] = [
  [1, [5, 6, 7], [3, 3, 3], [1, 16], 1, 'same'],
  [3, [5, 6, 7], [3, 3, 3], [3, 5], 2, 'same'],
  [1, [5, 6, 7], [3, 3, 3], [8, 12], 2, 'same'],
  [3, [4, 5, 3], [3, 3, 3], [16, 8], 1, 'valid'],
  [1, [5, 5, 4], [3, 3, 3], [5, 33], 2, 'valid'],
  [1, [9, 10, 7], [7, 7, 7], [1, 8], 2, 'same'],
  [3, [4, 5, 3], [1, 1, 1], [12, 20], 1, 'same'],
  [2, [4, 5, 3], [1, 1, 1], [5, 3], 1, 'valid'],
  [2, [6, 7, 4], [1, 1, 1], [8, 4], 2, 'valid'],
  // TensorFlow.js pads this by -1: the odd voxels are sampled, as on its own backends.
  [2, [6, 7, 4], [1, 1, 1], [8, 4], 2, 'same'],
  [2, [6, 7, 5], [2, 4, 3], [4, 1], [2, 1, 3], 'same'],
]

type Results = { y: Tensor; dx: Tensor; dFilter: Tensor }

async function worstError(
  geometry: Geometry,
  arrays: { x: Float32Array; filter: Float32Array; dy: Float32Array },
  { y, dx, dFilter }: Results,
): Promise<number> {
  const reference = referenceConvolution(geometry, arrays.x, arrays.filter, arrays.dy)
  const errors = [
    await errorOf(y, reference.y),
    await errorOf(dx, reference.dx),
    await errorOf(dFilter, reference.dFilter),
  ]
  tf.dispose([y, dx, dFilter])
  return Math.max(...errors)
}

function withGradients(
  convolve: (x: Tensor, filter: Tensor) => Tensor,
  x: Tensor,
  filter: Tensor,
  dy: Tensor,
): Results {
  return tf.tidy(() => {
    const [dx, dFilter] = tf.grads(convolve)([x, filter], dy) as [Tensor, Tensor]
    return { y: convolve(x, filter), dx, dFilter }
  })
}

describeGpu('convolution of volumes (needs a GPU driver)', () => {
  it.each(volumes)(
    '%j x %j * %j, %j channels, stride %j, %s',
    async (batch, input, kernel, [from, to], stride, pad) => {
      const shapes = { x: [batch, ...input, from], filter: [...kernel, from, to] }
      const info = tf.backend_util.computeConv3DInfo(
        shapes.x as [number, number, number, number, number],
        shapes.filter as [number, number, number, number, number],
        ...([stride, 1, pad] as const),
      )
      const arrays = {
        x: numbers(shapes.x, 'x'),
        filter: numbers(shapes.filter, 'filter'),
        dy: numbers(info.outShape, 'dy'),
      }
      const results = tf.tidy(() =>
        withGradients(
          (x, filter) => tf.conv3d(x as Tensor5D, filter as Tensor5D, stride, pad),
          tf.tensor(arrays.x, shapes.x),
          tf.tensor(arrays.filter, shapes.filter),
          tf.tensor(arrays.dy, info.outShape),
        ),
      )
      expect(await worstError(geometryOf3d(info)!, arrays, results)).toBeLessThan(tolerance)
    },
  )

  it('refuses dilations, which stock TensorFlow.js leaves out without a word', () => {
    const [x, filter] = [tf.ones([1, 4, 4, 4, 1]), tf.ones([2, 2, 2, 1, 1])]
    expect(() => tf.conv3d(x as Tensor5D, filter as Tensor5D, 1, 'valid', 'NDHWC', 2)).toThrow(
      /dilated convolutions of volumes/,
    )
  })
})

describeGpu('convolution of images and sequences (needs a GPU driver)', () => {
  it.each([
    ['images', [2, 7, 9, 3], [3, 3, 3, 10], 2, 'same'],
    ['sequences', [3, 1, 23, 5], [1, 4, 5, 9], 1, 'valid'],
  ] as const)('%s', async (_, xShape, filterShape, stride, pad) => {
    const info = tf.backend_util.computeConv2DInfo([...xShape], [...filterShape], stride, 1, pad)
    const arrays = {
      x: numbers(xShape, 'x'),
      filter: numbers(filterShape, 'filter'),
      dy: numbers(info.outShape, 'dy'),
    }
    const results = tf.tidy(() =>
      withGradients(
        (x, filter) => tf.conv2d(x as Tensor4D, filter as Tensor4D, stride, pad),
        tf.tensor(arrays.x, [...xShape]),
        tf.tensor(arrays.filter, [...filterShape]),
        tf.tensor(arrays.dy, info.outShape),
      ),
    )
    expect(await worstError(geometryOf2d(info)!, arrays, results)).toBeLessThan(tolerance)
  })

  it('joins bias and ReLU', async () => {
    const [x, filter, bias] = [
      tf.tensor4d(numbers([1, 4, 5, 2], 'x'), [1, 4, 5, 2]),
      tf.tensor4d(numbers([2, 2, 2, 8], 'w'), [2, 2, 2, 8]),
      tf.tensor1d(numbers([8], 'bias')),
    ]
    const fused = tf.fused.conv2d({
      ...{ x, filter, bias, strides: 1 },
      pad: 'valid',
      activation: 'relu',
    })
    const plain = tf.relu(tf.add(tf.conv2d(x, filter, 1, 'valid'), bias))
    expect(await errorOf(fused, await plain.data())).toBeLessThan(tolerance)
  })
})
