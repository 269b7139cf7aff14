/** Attributes of a convolution in TensorFlow.js -> the numbers that the kernels need; one and two axes are three, of which some have length 1. */
import type { backend_util } from '@tensorflow/tfjs-core'

/** Depth, height and width. */
export type Triple = readonly [depth: number, height: number, width: number]

/** `[batch, ...input, channelsIn] * [...kernel, channelsIn, channelsOut] -> [batch, ...output, channelsOut]`. */
export interface Geometry {
  readonly batch: number
  readonly input: Triple
  readonly output: Triple
  readonly kernel: Triple
  readonly stride: Triple
  /** Zeros before the first voxel; negative where TensorFlow.js pads a kernel of 1 with a stride of 2. */
  readonly pad: Triple
  readonly channelsIn: number
  readonly channelsOut: number
}

type Info2d = ReturnType<typeof backend_util.computeConv2DInfo>
type Info3d = ReturnType<typeof backend_util.computeConv3DInfo>

/**
 * Geometry of a convolution of volumes.
 *
 * @param info - As TensorFlow.js works it out.
 * @returns The geometry, or nothing when it has dilations or channels first.
 * @throws Never.
 */
export function geometryOf3d(info: Info3d): Geometry | undefined {
  const { dilationDepth, dilationHeight, dilationWidth, padInfo } = info
  if (dilationDepth * dilationHeight * dilationWidth !== 1) return undefined
  if (info.dataFormat !== 'channelsLast') return undefined
  return {
    batch: info.batchSize,
    input: [info.inDepth, info.inHeight, info.inWidth],
    output: [info.outDepth, info.outHeight, info.outWidth],
    kernel: [info.filterDepth, info.filterHeight, info.filterWidth],
    stride: [info.strideDepth, info.strideHeight, info.strideWidth],
    pad: [padInfo.front, padInfo.top, padInfo.left],
    channelsIn: info.inChannels,
    channelsOut: info.outChannels,
  }
}

/**
 * Geometry of a convolution of images or sequences.
 *
 * @param info - As TensorFlow.js works it out.
 * @returns The geometry with a depth of 1, or nothing when it has dilations or channels first.
 * @throws Never.
 */
export function geometryOf2d(info: Info2d): Geometry | undefined {
  const { dilationHeight, dilationWidth, padInfo } = info
  if (dilationHeight * dilationWidth !== 1 || info.dataFormat !== 'channelsLast') return undefined
  // Grouped convolutions have filters with fewer channels than the input.
  if (info.filterShape[2] !== info.inChannels) return undefined
  return {
    batch: info.batchSize,
    input: [1, info.inHeight, info.inWidth],
    output: [1, info.outHeight, info.outWidth],
    kernel: [1, info.filterHeight, info.filterWidth],
    stride: [1, info.strideHeight, info.strideWidth],
    pad: [0, padInfo.top, padInfo.left],
    channelsIn: info.inChannels,
    channelsOut: info.outChannels,
  }
}

/**
 * Product of the three axes.
 *
 * @param triple - Lengths.
 * @returns Their product.
 * @throws Never.
 * @example
 * const voxels = volumeOf([2, 3, 4]) // voxels = 24
 */
export function volumeOf([depth, height, width]: Triple): number {
  return depth * height * width
}

/**
 * Axes on which a tap can fall outside the input.
 *
 * @param geometry - The convolution.
 * @returns Indices of those axes; the others need no check.
 * @throws Never.
 */
export function axesThatLeave({ input, output, kernel, stride, pad }: Geometry): number[] {
  return [0, 1, 2].filter((axis) => {
    const last = (output[axis]! - 1) * stride[axis]! - pad[axis]! + kernel[axis]!
    return pad[axis]! > 0 || last > input[axis]!
  })
}

/**
 * Whether a convolution is a plain matrix product: a kernel of one voxel, at every voxel.
 *
 * @param geometry - The convolution.
 * @returns Whether it is.
 * @throws Never.
 */
export function isPointwise(geometry: Geometry): boolean {
  const { kernel, stride } = geometry
  return volumeOf(kernel) === 1 && volumeOf(stride) === 1 && axesThatLeave(geometry).length === 0
}

/**
 * Names a convolution up to its batch size, on which no shader depends.
 *
 * @param geometry - The convolution.
 * @returns Part of a shader's key.
 * @throws Never.
 */
export function geometryKey(geometry: Geometry): string {
  const { input, output, kernel, stride, pad, channelsIn, channelsOut } = geometry
  const volume = (triple: Triple): string => triple.join('x')
  return `${volume(input)}x${channelsIn} k${volume(kernel)} s${volume(stride)} p${volume(pad)} ${volume(output)}x${channelsOut}`
}
