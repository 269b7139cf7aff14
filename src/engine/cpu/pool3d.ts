/** Pooling of volumes in TensorFlow.js and its gradients, `[N, D, H, W, C]`; borders never count, neither as values nor in a mean. */
import { areFloat32, kernel, sizeOf, type KernelContext, type KernelTable } from './kernel.ts'
import { areCovered, outputRows, poolVolume, voxelsOf } from './volume-shape.ts'
import type { PoolAttributes, VolumeShape } from './volume-shape.ts'
import type { VolumeKernels } from './volume-simd.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

/** A window's winner is kept as a byte. */
const mostTaps = 255

const maxPool = kernel<{ x: TensorInfo }, PoolAttributes>((context, { x }, attributes) => {
  if (!areFloat32(x) || !areCovered(attributes)) return undefined
  const { backend, simd } = context
  const shape = poolVolume(x.shape, attributes)
  if (!hasWinners(shape)) return undefined
  const y = backend.emptyTensor([shape.N, ...shape.output, shape.C])
  withTaps(context, shape, (tap) =>
    simd.maxPoolVolume(backend.pointerOf(x), backend.pointerOf(y), tap, ...windows(shape), 0, 0),
  )
  return y
})

const maxPoolGrad = kernel<{ dy: TensorInfo; input: TensorInfo }, PoolAttributes>(
  (context, { dy, input }, attributes) => {
    if (!areFloat32(dy, input)) return undefined
    const { backend, heap, simd } = context
    const shape = poolVolume(input.shape, attributes)
    if (!hasWinners(shape)) return undefined
    const dx = zeros(context, input.shape)
    withTaps(context, shape, (tap) =>
      heap.withScratch(outputRows(shape) * shape.C, (y) => {
        simd.maxPoolVolume(backend.pointerOf(input), y, tap, ...windows(shape), 0, 0)
        const [from, to] = [backend.pointerOf(dy), backend.pointerOf(dx)]
        simd.maxPoolVolumeGrad(from, tap, to, ...windows(shape))
      }),
    )
    return dx
  },
)

const averagePool = kernel<{ x: TensorInfo }, PoolAttributes>((context, { x }, attributes) => {
  if (!areFloat32(x) || !areCovered(attributes)) return undefined
  const { backend, simd } = context
  const shape = poolVolume(x.shape, attributes)
  const y = backend.emptyTensor([shape.N, ...shape.output, shape.C])
  simd.averagePoolVolume(backend.pointerOf(x), backend.pointerOf(y), ...windows(shape), false)
  return y
})

/** The stock kernel divides by the whole window even where it overlaps the border, unlike its own forward pass. */
const averagePoolGrad = kernel<{ dy: TensorInfo; input: TensorInfo }, PoolAttributes>(
  (context, { dy, input }, attributes) => {
    if (!areFloat32(dy)) return undefined
    const { backend, simd } = context
    const shape = poolVolume(input.shape, attributes)
    const dx = zeros(context, input.shape)
    simd.averagePoolVolume(backend.pointerOf(dx), backend.pointerOf(dy), ...windows(shape), true)
    return dx
  },
)

export const volumePoolKernels: KernelTable = {
  MaxPool3D: maxPool,
  MaxPool3DGrad: maxPoolGrad,
  AvgPool3D: averagePool,
  AvgPool3DGrad: averagePoolGrad,
}

/**
 * The arguments of the pooling kernels.
 *
 * @param shape - Shape of the pooling.
 * @returns The numbers in the order that maxPoolVolumeGrad takes after its arrays.
 * @throws Never.
 */
export function windows({ N, C, input, output, filter, strides, before }: VolumeShape): Windows {
  return [N, ...input, C, ...output, ...filter, ...strides, ...before]
}

type Windows =
  Parameters<VolumeKernels['maxPoolVolumeGrad']> extends [number, number, number, ...infer Rest]
    ? Rest
    : never

function hasWinners({ filter }: VolumeShape): boolean {
  return voxelsOf(filter) <= mostTaps
}

function withTaps({ heap }: KernelContext, shape: VolumeShape, use: (tap: number) => void): void {
  heap.withScratch(Math.ceil((outputRows(shape) * shape.C) / 4), use)
}

function zeros({ backend, simd }: KernelContext, shape: readonly number[]): TensorInfo {
  const tensor = backend.emptyTensor(shape)
  simd.fill(backend.pointerOf(tensor), sizeOf(shape), 0)
  return tensor
}
