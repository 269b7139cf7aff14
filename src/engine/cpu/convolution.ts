/** Convolutions of TensorFlow.js and their gradients: `[N, H, W, C]` tensors, filters `[kh, kw, C, Cout]`; chooses the algorithm. */
import {
  backpropFilterBySequence,
  backpropInputBySequence,
  forwardBySequence,
  isSequence,
} from './conv1d.ts'
import { backpropFilterByPatches, backpropInputByPatches, forwardByPatches } from './conv2d.ts'
import { convolutionShape, type ConvolutionAttributes } from './convolution-shape.ts'
import { biasAndActivation, fusesActivation, type FusedAttributes } from './epilogue.ts'
import { areFloat32, kernel, type KernelContext, type KernelTable } from './kernel.ts'
import type { ConvolutionShape } from './convolution-shape.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

interface ForwardInputs {
  readonly x: TensorInfo
  readonly filter: TensorInfo
}

const conv2d = kernel<ForwardInputs, ConvolutionAttributes>(
  (context, { x, filter }, attributes) => {
    if (!areFloat32(x, filter) || attributes.dataFormat !== 'NHWC') return undefined
    return forward(context, x, filter, convolutionShape(x.shape, filter.shape, attributes))
  },
)

const fusedConv2d = kernel<
  ForwardInputs & { bias?: TensorInfo },
  ConvolutionAttributes & FusedAttributes
>((context, { x, filter, bias }, attributes) => {
  const covered = attributes.dataFormat === 'NHWC' && fusesActivation(attributes)
  if (!covered || !areFloat32(x, filter, bias)) return undefined
  const shape = convolutionShape(x.shape, filter.shape, attributes)
  return biasAndActivation(context, forward(context, x, filter, shape), bias, attributes)
})

const backpropInput = kernel<
  { dy: TensorInfo; filter: TensorInfo },
  ConvolutionAttributes & { inputShape: number[] }
>((context, { dy, filter }, attributes) => {
  if (!areFloat32(dy, filter) || attributes.dataFormat !== 'NHWC') return undefined
  const shape = convolutionShape(attributes.inputShape, filter.shape, attributes)
  const dx = context.backend.emptyTensor(attributes.inputShape)
  const apply = isSequence(shape) ? backpropInputBySequence : backpropInputByPatches
  apply(context, dy, filter, dx, shape)
  return dx
})

const backpropFilter = kernel<
  { x: TensorInfo; dy: TensorInfo },
  ConvolutionAttributes & { filterShape: number[] }
>((context, { x, dy }, attributes) => {
  if (!areFloat32(x, dy) || attributes.dataFormat !== 'NHWC') return undefined
  const shape = convolutionShape(x.shape, attributes.filterShape, attributes)
  const dFilter = context.backend.emptyTensor(attributes.filterShape)
  const apply = isSequence(shape) ? backpropFilterBySequence : backpropFilterByPatches
  apply(context, x, dy, dFilter, shape)
  return dFilter
})

export const convolutionKernels: KernelTable = {
  Conv2D: conv2d,
  FusedConv2D: fusedConv2d,
  Conv2DBackpropInput: backpropInput,
  Conv2DBackpropFilter: backpropFilter,
}

function forward(
  context: KernelContext,
  x: TensorInfo,
  filter: TensorInfo,
  shape: ConvolutionShape,
): TensorInfo {
  const y = context.backend.emptyTensor([shape.N, shape.Ho, shape.Wo, shape.Cout])
  const apply = isSequence(shape) ? forwardBySequence : forwardByPatches
  apply(context, x, filter, y, shape)
  return y
}
