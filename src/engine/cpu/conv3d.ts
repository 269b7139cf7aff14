/** Convolutions of volumes in TensorFlow.js and their gradients: `[N, D, H, W, C]`, filters `[kd, kh, kw, C, Cout]`; chooses the algorithm. */
import { areFloat32, kernel, type KernelTable } from './kernel.ts'
import type { VolumeAlgorithm } from './volume-algorithm.ts'
import { byPatches } from './volume-patches.ts'
import { isPointwise, pointwise } from './volume-pointwise.ts'
import {
  areCovered,
  convolutionVolume,
  type VolumeAttributes,
  type VolumeShape,
} from './volume-shape.ts'
import { suitsWinograd, winograd } from './volume-winograd.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

/**
 * The fastest algorithm for a convolution.
 *
 * @param shape - Shape of the convolution.
 * @returns The algorithm.
 * @throws Never.
 */
export function chooseAlgorithm(shape: VolumeShape): VolumeAlgorithm {
  if (isPointwise(shape)) return pointwise
  return suitsWinograd(shape) ? winograd : byPatches
}

const conv3d = kernel<{ x: TensorInfo; filter: TensorInfo }, VolumeAttributes>(
  (context, { x, filter }, attributes) => {
    if (!areFloat32(x, filter) || !areCovered(attributes)) return undefined
    const { backend } = context
    const shape = convolutionVolume(x.shape, filter.shape, attributes)
    const y = backend.emptyTensor([shape.N, ...shape.output, shape.Cout])
    const input = { pointer: backend.pointerOf(x) }
    const [weights, to] = [backend.pointerOf(filter), backend.pointerOf(y)]
    chooseAlgorithm(shape).convolve(context, shape, input, weights, to)
    return y
  },
)

const backpropInput = kernel<
  { dy: TensorInfo; filter: TensorInfo },
  VolumeAttributes & { inputShape: number[] }
>((context, { dy, filter }, attributes) => {
  if (!areFloat32(dy, filter) || !areCovered(attributes)) return undefined
  const { backend } = context
  const shape = convolutionVolume(attributes.inputShape, filter.shape, attributes)
  const dx = backend.emptyTensor(attributes.inputShape)
  const pointers = [dy, filter, dx].map((tensor) => backend.pointerOf(tensor))
  chooseAlgorithm(shape).inputGradient(context, shape, ...(pointers as [number, number, number]))
  return dx
})

const backpropFilter = kernel<
  { x: TensorInfo; dy: TensorInfo },
  VolumeAttributes & { filterShape: number[] }
>((context, { x, dy }, attributes) => {
  if (!areFloat32(x, dy) || !areCovered(attributes)) return undefined
  const { backend } = context
  const shape = convolutionVolume(x.shape, attributes.filterShape, attributes)
  const dFilter = backend.emptyTensor(attributes.filterShape)
  const input = { pointer: backend.pointerOf(x) }
  const [from, to] = [backend.pointerOf(dy), backend.pointerOf(dFilter)]
  chooseAlgorithm(shape).filterGradient(context, shape, input, from, to)
  return dFilter
})

export const volumeConvolutionKernels: KernelTable = {
  Conv3D: conv3d,
  Conv3DBackpropInputV2: backpropInput,
  Conv3DBackpropFilterV2: backpropFilter,
}
