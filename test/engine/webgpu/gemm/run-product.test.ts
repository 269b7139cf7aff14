import { expect, it } from 'vitest'
import { convolve } from '../../../../src/engine/webgpu/convolution/forward.ts'
import { finishOf } from '../../../../src/engine/webgpu/convolution/finish.ts'
import { geometryOf3d, type Geometry } from '../../../../src/engine/webgpu/convolution/geometry.ts'
import { backpropFilter } from '../../../../src/engine/webgpu/convolution/grad-filter.ts'
import { backpropInput } from '../../../../src/engine/webgpu/convolution/grad-input.ts'
import type { GpuContext } from '../../../../src/engine/webgpu/dispatch.ts'
import { tileShapes } from '../../../../src/engine/webgpu/gemm/tiles.ts'
import { describeGpu, errorOf, hasDriver, numbers, useGpu } from '../_gpu.ts'
import { referenceConvolution } from '../_reference.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

const opened = hasDriver ? await useGpu() : undefined
const tf = opened?.engine.tf as NonNullable<typeof opened>['engine']['tf']
const context = opened?.context as GpuContext

const shapes = { x: [2, 4, 5, 3, 4], filter: [3, 3, 3, 4, 8], dy: [2, 2, 3, 2, 8] }
const arrays = {
  x: numbers(shapes.x, 'x'),
  filter: numbers(shapes.filter, 'filter'),
  dy: numbers(shapes.dy, 'dy'),
}

function geometry(): Geometry {
  const [x, filter] = [shapes.x, shapes.filter] as [number, number, number, number, number][]
  return geometryOf3d(tf.backend_util.computeConv3DInfo(x!, filter!, 2, 1, 'same'))!
}

const tensors = () => ({
  x: tf.tensor(arrays.x, shapes.x),
  filter: tf.tensor(arrays.filter, shapes.filter),
  dy: tf.tensor(arrays.dy, shapes.dy),
})

const toTensor = (info: TensorInfo) => tf.engine().makeTensorFromTensorInfo(info)

describeGpu('a product over tiles (needs a GPU driver)', () => {
  // The largest tile, which unlike the others needs more than the default workgroup memory, and the ones that are not square.
  it.each(['L', 'LN', 'LM', 'S'])('tile %s with a split depth', async (id) => {
    const tile = tileShapes.find((shape) => shape.id === id)!
    const options = { tiling: { tile, split: 2 } }
    const { x, filter, dy } = tensors()
    const reference = referenceConvolution(geometry(), arrays.x, arrays.filter, arrays.dy)
    const y = toTensor(convolve(context, x, filter, geometry(), shapes.dy, options))
    const dx = toTensor(backpropInput(context, dy, filter, geometry(), shapes.x, options))
    const dFilter = toTensor(backpropFilter(context, x, dy, geometry(), shapes.filter, options))
    expect(await errorOf(y, reference.y)).toBeLessThan(2e-6)
    expect(await errorOf(dx, reference.dx)).toBeLessThan(2e-6)
    expect(await errorOf(dFilter, reference.dFilter)).toBeLessThan(2e-6)
  })

  it('gives the same bits again, however many workgroups share the depth', async () => {
    const tiling = { tile: tileShapes.at(-1)!, split: 3 }
    const { x, dy } = tensors()
    const run = () =>
      toTensor(backpropFilter(context, x, dy, geometry(), shapes.filter, { tiling })).data()
    expect(await run()).toEqual(await run())
  })

  it('finishes outputs after the parts are joined as it does without parts', async () => {
    const { x, filter, dy: residual } = tensors()
    const bias = tf.tensor1d(numbers([8], 'bias'))
    const finish = finishOf({ bias, residual, relu: true })
    const run = (split: number) => {
      const tiling = { tile: tileShapes.at(-1)!, split }
      return toTensor(convolve(context, x, filter, geometry(), shapes.dy, { finish, tiling }))
    }
    const whole = await run(1).data()
    expect(Math.min(...whole)).toBe(0)
    expect(await errorOf(run(2), whole)).toBeLessThan(2e-6)
  })

  it('takes a batch in parts where a GPU sees less at once', async () => {
    // One sample of x has 240 elements, of dy 96: parts must begin at multiples of 64 elements, so every fourth sample.
    const batch = 9
    const wide = {
      x: numbers([batch, 4, 5, 3, 4], 'many x'),
      dy: numbers([batch, 2, 3, 2, 8], 'many dy'),
    }
    const many = { ...geometry(), batch }
    const limits = { ...limitsOf(context), maxStorageBufferBindingSize: 4 * 240 * 5 }
    const narrow: GpuContext = { ...context, limits }
    const [x, dy, { filter }] = [
      tf.tensor(wide.x, [batch, 4, 5, 3, 4]),
      tf.tensor(wide.dy, [batch, 2, 3, 2, 8]),
      tensors(),
    ]
    const reference = referenceConvolution(many, wide.x, arrays.filter, wide.dy)
    const y = toTensor(convolve(narrow, x, filter, many, dy.shape))
    const dx = toTensor(backpropInput(narrow, dy, filter, many, x.shape))
    const dFilter = toTensor(backpropFilter(narrow, x, dy, many, shapes.filter))
    expect(await errorOf(y, reference.y)).toBeLessThan(2e-6)
    expect(await errorOf(dx, reference.dx)).toBeLessThan(2e-6)
    expect(await errorOf(dFilter, reference.dFilter)).toBeLessThan(2e-6)
  })
})

function limitsOf({ limits }: GpuContext): GPUSupportedLimits {
  const { maxComputeWorkgroupsPerDimension, maxStorageBuffersPerShaderStage } = limits
  return { maxComputeWorkgroupsPerDimension, maxStorageBuffersPerShaderStage } as GPUSupportedLimits
}
