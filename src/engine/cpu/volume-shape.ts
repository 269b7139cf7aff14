/** The attributes of a convolution or pooling over volumes -> the numbers that the kernels need; `[N, D, H, W, C]`. */
import { createRequire } from 'node:module'
import type { Triple, VolumePatchArguments } from './volume-simd.ts'
import type { backend_util } from '@tensorflow/tfjs-core'

export interface VolumeAttributes {
  readonly strides: number | [number, number, number]
  readonly pad: 'valid' | 'same' | number
  readonly dataFormat?: string
  readonly dilations?: number | [number, number, number]
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

export interface PoolAttributes extends VolumeAttributes {
  readonly filterSize: number | [number, number, number]
}

/** Input `[N, ...input, C]`, filter `[...filter, C, Cout]`, output `[N, ...output, Cout]`. */
export interface VolumeShape {
  readonly N: number
  readonly C: number
  readonly Cout: number
  readonly input: Triple
  readonly output: Triple
  readonly filter: Triple
  readonly strides: Triple
  /**
   * Zeros before the volume. Negative where voxels are skipped: for a filter of 1 and stride 2 on an even size, TensorFlow.js's `same`
   * padding is -1 and samples the odd voxels, where TensorFlow and PyTorch sample the even ones. `valid` samples the even ones everywhere.
   */
  readonly before: Triple
}

type Info = ReturnType<typeof backend_util.computeConv3DInfo>
type Shape5 = [number, number, number, number, number]

/**
 * Works out the shape of a convolution, by TensorFlow.js's own rules for padding.
 *
 * @param input - Shape of the input, `[N, D, H, W, C]`.
 * @param filter - Shape of the filter, `[kd, kh, kw, C, Cout]`.
 * @param attributes - As TensorFlow.js gives them to a kernel.
 * @returns The shape.
 * @throws Never, for what TensorFlow.js has accepted.
 */
export function convolutionVolume(
  input: readonly number[],
  filter: readonly number[],
  { strides, pad }: VolumeAttributes,
): VolumeShape {
  const shapes: [Shape5, Shape5] = [[...input] as Shape5, [...filter] as Shape5]
  return fromInfo(util().computeConv3DInfo(...shapes, strides, 1, pad))
}

/**
 * Works out the shape of a pooling; its filter has no channels.
 *
 * @param input - Shape of the input, `[N, D, H, W, C]`.
 * @param attributes - As TensorFlow.js gives them to a kernel.
 * @returns The shape, with as many output as input channels.
 * @throws Never, for what TensorFlow.js has accepted.
 */
export function poolVolume(input: readonly number[], attributes: PoolAttributes): VolumeShape {
  const { filterSize, strides, pad, dimRoundingMode } = attributes
  return fromInfo(
    util().computePool3DInfo([...input] as Shape5, filterSize, strides, 1, pad, dimRoundingMode),
  )
}

/**
 * Whether the kernels of volumes cover the attributes.
 *
 * @param attributes - As TensorFlow.js gives them to a kernel.
 * @returns False for channels first and for dilations, which are left to the stock kernels.
 * @throws Never.
 */
export function areCovered({ dataFormat = 'NDHWC', dilations = 1 }: VolumeAttributes): boolean {
  return dataFormat === 'NDHWC' && [dilations].flat().every((dilation) => dilation === 1)
}

/**
 * Number of voxels of a size.
 *
 * @param size - Lengths of three axes.
 * @returns Their product.
 * @throws Never.
 */
export function voxelsOf([depth, height, width]: Triple): number {
  return depth * height * width
}

/**
 * Output voxels of all samples: the rows of the patch matrix.
 *
 * @param shape - Shape of the convolution.
 * @returns Their number.
 * @throws Never.
 */
export function outputRows({ N, output }: VolumeShape): number {
  return N * voxelsOf(output)
}

/**
 * Size of the volume that all windows together cover.
 *
 * @param shape - Shape of the convolution.
 * @returns Lengths of the three axes.
 * @throws Never.
 */
export function paddedSize({ output, filter, strides }: VolumeShape): Triple {
  return perAxis((axis) => (output[axis]! - 1) * strides[axis]! + filter[axis]!)
}

/**
 * The arguments of the patch kernels.
 *
 * @param shape - Shape of the convolution.
 * @param r0 - First row of the patch matrix.
 * @param r1 - End of the rows.
 * @returns The numbers in the order that patchesOfVolume and patchesIntoVolume take.
 * @throws Never.
 */
export function patchArguments(shape: VolumeShape, r0: number, r1: number): VolumePatchArguments {
  const { C, output, filter, strides } = shape
  return [r0, r1, ...paddedSize(shape), C, ...output, ...filter, ...strides]
}

/**
 * Three numbers, one per axis.
 *
 * @param value - The number of an axis, 0 to 2.
 * @returns The three numbers.
 * @throws Never.
 */
export function perAxis(value: (axis: number) => number): Triple {
  return [value(0), value(1), value(2)]
}

function fromInfo(info: Info): VolumeShape {
  return {
    ...{ N: info.batchSize, C: info.inChannels, Cout: info.outChannels },
    input: [info.inDepth, info.inHeight, info.inWidth],
    output: [info.outDepth, info.outHeight, info.outWidth],
    filter: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    before: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
  }
}

function util(): typeof backend_util {
  const core = createRequire(import.meta.url)('@tensorflow/tfjs-core') as {
    backend_util: typeof backend_util
  }
  return core.backend_util
}
