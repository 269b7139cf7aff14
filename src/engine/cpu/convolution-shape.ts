/** The attributes of a convolution in TensorFlow.js -> the numbers that the kernels need; channels last. */
import { createRequire } from 'node:module'
import type { PatchGeometry } from './simd.ts'
import type { backend_util } from '@tensorflow/tfjs-core'

export interface ConvolutionAttributes {
  readonly strides: number | [number, number]
  readonly pad: Parameters<typeof backend_util.computeConv2DInfo>[4]
  readonly dataFormat: 'NHWC' | 'NCHW'
  readonly dilations?: number | [number, number]
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

/** Input `[N, H, W, C]`, filter `[kh, kw, C, Cout]`, output `[N, Ho, Wo, Cout]`. */
export interface ConvolutionShape {
  readonly N: number
  readonly H: number
  readonly W: number
  readonly C: number
  readonly Ho: number
  readonly Wo: number
  readonly Cout: number
  readonly kh: number
  readonly kw: number
  readonly strides: readonly [number, number]
  readonly dilations: readonly [number, number]
  readonly padding: {
    readonly top: number
    readonly bottom: number
    readonly left: number
    readonly right: number
  }
}

/**
 * Works out the shape of a convolution, by TensorFlow.js's own rules for padding.
 *
 * @param input - Shape of the input, `[N, H, W, C]`.
 * @param filter - Shape of the filter, `[kh, kw, C, Cout]`.
 * @param attributes - As TensorFlow.js gives them to a kernel.
 * @returns The shape.
 * @throws Never, for what TensorFlow.js has accepted.
 */
export function convolutionShape(
  input: readonly number[],
  filter: readonly number[],
  attributes: ConvolutionAttributes,
): ConvolutionShape {
  const { backend_util: util } = createRequire(import.meta.url)('@tensorflow/tfjs-core') as {
    backend_util: typeof backend_util
  }
  const { strides, pad, dilations = 1, dimRoundingMode } = attributes
  const info = util.computeConv2DInfo(
    [...input] as [number, number, number, number],
    [...filter] as [number, number, number, number],
    strides,
    dilations,
    pad,
    dimRoundingMode,
  )
  return {
    ...{ N: info.batchSize, H: info.inHeight, W: info.inWidth, C: info.inChannels },
    ...{ Ho: info.outHeight, Wo: info.outWidth, Cout: info.outChannels },
    ...{ kh: info.filterHeight, kw: info.filterWidth },
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    padding: info.padInfo,
  }
}

/**
 * The arguments of the patch kernels.
 *
 * @param shape - Shape of the convolution.
 * @returns The numbers in the order that im2col and col2im take.
 * @throws Never.
 */
export function patchGeometry(shape: ConvolutionShape): PatchGeometry {
  const { H, W, C, Ho, Wo, kh, kw, strides, dilations, padding } = shape
  return [H, W, C, Ho, Wo, kh, kw, ...strides, ...dilations, padding.top, padding.left]
}
