/** The convolutions of TensorFlow.js, on volumes, images and sequences, and their gradients: all run on the same three products. */
import { LimbicError } from '../../../core/errors/index.ts'
import { areFloat32, kernel, type KernelContext, type KernelTable } from '../kernel.ts'
import { finishOf } from './finish.ts'
import { convolve } from './forward.ts'
import { geometryOf2d, geometryOf3d, type Geometry } from './geometry.ts'
import { backpropFilter } from './grad-filter.ts'
import { backpropInput } from './grad-input.ts'
import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core'

type Shape4 = [number, number, number, number]
type Shape5 = [number, number, number, number, number]

interface Attributes2d {
  readonly strides: number | [number, number]
  readonly pad: Parameters<typeof backend_util.computeConv2DInfo>[4]
  readonly dilations?: number | [number, number]
  readonly dataFormat: 'NHWC' | 'NCHW'
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

interface Attributes3d {
  readonly strides: number | [number, number, number]
  readonly pad: Parameters<typeof backend_util.computeConv3DInfo>[4]
  readonly dilations?: number | [number, number, number]
}

interface FusedAttributes extends Attributes2d {
  readonly activation?: string
}

const conv3d = kernel<{ x: TensorInfo; filter: TensorInfo }, Attributes3d>(
  (context, { x, filter }, attributes) => {
    const { geometry, info } = volume(context, x.shape, filter.shape, attributes, [x, filter])
    return convolve(context, x, filter, geometry, info.outShape)
  },
)

const conv3dInput = kernel<
  { dy: TensorInfo; filter: TensorInfo },
  Attributes3d & { readonly inputShape: number[] }
>((context, { dy, filter }, attributes) => {
  const { inputShape } = attributes
  const { geometry } = volume(context, inputShape, filter.shape, attributes, [dy, filter])
  return backpropInput(context, dy, filter, geometry, inputShape)
})

const conv3dFilter = kernel<
  { x: TensorInfo; dy: TensorInfo },
  Attributes3d & { readonly filterShape: number[] }
>((context, { x, dy }, attributes) => {
  const { filterShape } = attributes
  const { geometry } = volume(context, x.shape, filterShape, attributes, [x, dy])
  return backpropFilter(context, x, dy, geometry, filterShape)
})

const conv2d = kernel<{ x: TensorInfo; filter: TensorInfo }, Attributes2d>(
  (context, { x, filter }, attributes) => {
    const found = image(context, x.shape, filter.shape, attributes, [x, filter])
    if (found === undefined) return undefined
    return convolve(context, x, filter, found.geometry, found.info.outShape)
  },
)

const conv2dInput = kernel<
  { dy: TensorInfo; filter: TensorInfo },
  Attributes2d & { readonly inputShape: number[] }
>((context, { dy, filter }, attributes) => {
  const { inputShape } = attributes
  const found = image(context, inputShape, filter.shape, attributes, [dy, filter])
  return found && backpropInput(context, dy, filter, found.geometry, inputShape)
})

const conv2dFilter = kernel<
  { x: TensorInfo; dy: TensorInfo },
  Attributes2d & { readonly filterShape: number[] }
>((context, { x, dy }, attributes) => {
  const { filterShape } = attributes
  const found = image(context, x.shape, filterShape, attributes, [x, dy])
  return found && backpropFilter(context, x, dy, found.geometry, filterShape)
})

const fusedConv2d = kernel<
  { x: TensorInfo; filter: TensorInfo; bias?: TensorInfo; preluActivationWeights?: TensorInfo },
  FusedAttributes
>((context, { x, filter, bias, preluActivationWeights }, attributes) => {
  const { activation = 'linear' } = attributes
  const isVector = bias === undefined || bias.shape.length === 1
  if (preluActivationWeights !== undefined || !isVector) return undefined
  if (!['linear', 'relu'].includes(activation) || !areFloat32(bias)) return undefined
  const found = image(context, x.shape, filter.shape, attributes, [x, filter])
  if (found === undefined) return undefined
  const finish = finishOf({ bias, relu: activation === 'relu' })
  return convolve(context, x, filter, found.geometry, found.info.outShape, { finish })
})

export const convolutionKernels: KernelTable = {
  Conv3D: conv3d,
  Conv3DBackpropInputV2: conv3dInput,
  Conv3DBackpropFilterV2: conv3dFilter,
  Conv2D: conv2d,
  Conv2DBackpropInput: conv2dInput,
  Conv2DBackpropFilter: conv2dFilter,
  FusedConv2D: fusedConv2d,
}

/**
 * The geometry of a convolution of volumes.
 *
 * @param context - Engine.
 * @param input - Shape of the input.
 * @param filter - Shape of the filter.
 * @param attributes - Strides, padding and dilations.
 * @param operands - The tensors that take part.
 * @returns Geometry, and what TensorFlow.js knows about it.
 * @throws {LimbicError} `ENGINE_OPERATION_UNSUPPORTED` for dilations and for numbers that are not float32.
 */
export function volume(
  { tf }: KernelContext,
  input: readonly number[],
  filter: readonly number[],
  { strides, dilations = 1, pad }: Attributes3d,
  operands: readonly TensorInfo[],
): { geometry: Geometry; info: ReturnType<typeof backend_util.computeConv3DInfo> } {
  const shapes = [[...input] as Shape5, [...filter] as Shape5] as const
  const info = tf.backend_util.computeConv3DInfo(...shapes, strides, dilations, pad)
  const geometry = geometryOf3d(info)
  if (geometry !== undefined && areFloat32(...operands)) return { geometry, info }
  throw new LimbicError('ENGINE_OPERATION_UNSUPPORTED', {
    engine: 'webgpu',
    operation:
      geometry === undefined
        ? 'dilated convolutions of volumes'
        : 'convolutions of other numbers than float32',
  })
}

/** Nothing where the stock kernel is right: dilations, channels first, other types. */
function image(
  { tf }: KernelContext,
  input: readonly number[],
  filter: readonly number[],
  { strides, dilations = 1, pad, dimRoundingMode, dataFormat }: Attributes2d,
  operands: readonly TensorInfo[],
): { geometry: Geometry; info: ReturnType<typeof backend_util.computeConv2DInfo> } | undefined {
  const format = tf.backend_util.convertConv2DDataFormat(dataFormat)
  const shapes = [[...input] as Shape4, [...filter] as Shape4] as const
  const rest = [strides, dilations, pad, dimRoundingMode, false, format] as const
  const info = tf.backend_util.computeConv2DInfo(...shapes, ...rest)
  const geometry = geometryOf2d(info)
  return geometry !== undefined && areFloat32(...operands) ? { geometry, info } : undefined
}
