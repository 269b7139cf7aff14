/** The pre-activation bottleneck block as one operation, `[N, X, Y, Z, Cin]` -> `[N, ceil(X / stride), ..., Cout]`: forward pass. */
import { LimbicError } from '../../core/errors/index.ts'
import { chooseAlgorithm } from '../cpu/conv3d.ts'
import { multiplyRows, type RowProduct } from '../cpu/row-products.ts'
import { binaryCodes } from '../cpu/simd.ts'
import type { VolumeAlgorithm } from '../cpu/volume-algorithm.ts'
import { convolutionVolume, outputRows, type VolumeShape } from '../cpu/volume-shape.ts'
import type { BlockSettings, BottleneckWeights, FusedBlocks } from './blocks.ts'
import { bottleneckGradients } from './bottleneck-gradients.ts'
import { normalise, normaliseRows, type Norm } from './norm.ts'
import { assertWholeVectors, emptyTensor, runBlock, type FusedContext } from './operation.ts'
import type { Tensor, Tensor5D } from '@tensorflow/tfjs-core'

export interface BottleneckSizes {
  /** The sampling of the input by the first convolution and the shortcut. */
  readonly sampling: VolumeShape
  /** The 3x3x3 convolution. */
  readonly middle: VolumeShape
  readonly algorithm: VolumeAlgorithm
  readonly first: RowProduct
  readonly last: RowProduct
  readonly shortcut: RowProduct
}

/** What the forward pass leaves for the gradients. */
export interface BottleneckState {
  readonly x: Tensor
  readonly weights: BottleneckWeights
  readonly settings: BlockSettings
  readonly sizes: BottleneckSizes
  readonly norm1: Norm | undefined
  readonly norm2: Norm
  readonly norm3: Norm
  /** The voxels of the input that the block looks at: all of them, or every second one. */
  readonly sampled: Tensor
  /** Outputs of the first and the second convolution. */
  readonly inner: readonly [Tensor, Tensor]
}

/**
 * The operation.
 *
 * @param context - Engine.
 * @returns The block, as the engine offers it.
 * @throws Never; the block itself throws `SHAPE_MISMATCH` when a shortcut is missing and `VALUE_INVALID` for channels that are no multiples of 4.
 */
export function createBottleneck(context: FusedContext): FusedBlocks['bottleneck'] {
  return (x, weights, settings) => {
    const { norm1, conv1, norm2, conv2, norm3, conv3, shortcut } = weights
    const norms = [norm1, norm2, norm3].flatMap((norm) => [norm?.gamma, norm?.beta])
    const convolutions = [conv1, conv2, conv3, shortcut].flatMap((conv) => [
      conv?.kernel,
      conv?.bias,
    ])
    const sizes = sizesOf(x, weights, settings.stride)
    return runBlock<Tensor5D>(context, [x, ...norms, ...convolutions], () => {
      const { value, state } = forward(context, x, weights, settings, sizes)
      const stats = [state.norm1, state.norm2, state.norm3].flatMap((norm) => norm?.stats ?? [])
      return {
        value,
        kept: [state.sampled, ...state.inner, ...stats],
        gradient: (dy) => bottleneckGradients(context, state, dy),
      }
    })
  }
}

function sizesOf(x: Tensor, weights: BottleneckWeights, stride: 1 | 2): BottleneckSizes {
  const { conv1, conv2, conv3 } = weights
  const sampling = convolutionVolume(x.shape, conv1.kernel.shape, {
    strides: stride,
    pad: 'valid',
  })
  const [f, Cout] = [sampling.Cout, conv3.bias.size]
  assertWholeVectors('bottleneck', [sampling.C, f, Cout])
  if (weights.shortcut === undefined && (stride === 2 || sampling.C !== Cout))
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'a residual block without a projection',
      expected: 'stride 1 and as many channels out as in',
      found: `stride ${stride}, ${sampling.C} channels in and ${Cout} out`,
    })
  const inner = [sampling.N, ...sampling.output, f]
  const middle = convolutionVolume(inner, conv2.kernel.shape, { strides: 1, pad: 'same' })
  const nRows = outputRows(sampling)
  return {
    ...{ sampling, middle, algorithm: chooseAlgorithm(middle) },
    first: { nRows, Cin: sampling.C, Cout: f },
    last: { nRows, Cin: f, Cout },
    shortcut: { nRows, Cin: sampling.C, Cout },
  }
}

function forward(
  context: FusedContext,
  x: Tensor,
  weights: BottleneckWeights,
  settings: BlockSettings,
  sizes: BottleneckSizes,
): { value: Tensor; state: BottleneckState } {
  const { tf, kernels } = context
  const { sampling, middle, algorithm, first } = sizes
  const { conv1, conv2 } = weights
  const at = (tensor: Tensor): number => kernels.backend.pointerOf(tensor)
  const from = at(x)
  const norm1 =
    weights.norm1 && normaliseRows(tf, kernels, weights.norm1, settings, x.size / first.Cin, from)
  const sampled = sample(context, x, sampling)
  const [y1, y2] = [emptyInner(context, sizes), emptyInner(context, sizes)]
  const norm2 = normalise(
    ...([tf, kernels, weights.norm2, settings, first.nRows] as const),
    (onRows) => {
      const input = { pointer: at(sampled), affine: norm1?.affine }
      multiplyRows(kernels, first, input, at(conv1.kernel), y1.pointer, { onRows })
    },
    at(conv1.bias),
  )
  const norm3 = normalise(
    ...([tf, kernels, weights.norm3, settings, first.nRows] as const),
    (onRows) => {
      const input = { pointer: y1.pointer, affine: norm2.affine }
      algorithm.convolve(kernels, middle, input, at(conv2.kernel), y2.pointer, onRows)
    },
    at(conv2.bias),
  )
  const inner = [y1.tensor, y2.tensor] as const
  const state = { ...{ x, weights, settings, sizes }, ...{ norm1, norm2, norm3, sampled, inner } }
  return { value: addShortcut(context, state), state }
}

function emptyInner(
  context: FusedContext,
  { sampling, first }: BottleneckSizes,
): { tensor: Tensor; pointer: number } {
  return emptyTensor(context, [sampling.N, ...sampling.output, first.Cout])
}

function sample(context: FusedContext, x: Tensor, shape: VolumeShape): Tensor {
  const { backend, simd } = context.kernels
  const { N, C, input, output, strides } = shape
  if (strides[0] === 1) return x
  const { tensor, pointer } = emptyTensor(context, [N, ...output, C])
  simd.takeVoxels(backend.pointerOf(x), pointer, N, ...input, C, ...output, ...strides, 0, 0, 0)
  return tensor
}

/** The last convolution, added to the input or to its projection; both biases in one pass. */
function addShortcut(context: FusedContext, state: BottleneckState): Tensor {
  const { backend, heap, simd } = context.kernels
  const { sizes, sampled, inner, norm3 } = state
  const { conv3, shortcut } = state.weights
  const { last } = sizes
  const { N, output } = sizes.sampling
  const at = (tensor: Tensor): number => backend.pointerOf(tensor)
  const y = emptyTensor(context, [N, ...output, last.Cout])
  if (shortcut !== undefined) {
    const input = { pointer: at(sampled) }
    multiplyRows(context.kernels, sizes.shortcut, input, at(shortcut.kernel), y.pointer)
  }
  heap.withScratch(last.Cout, (bias) => {
    heap.view(bias, last.Cout).set(backend.valuesOf(conv3.bias))
    if (shortcut !== undefined)
      simd.binary(binaryCodes.add, bias, at(shortcut.bias), bias, last.Cout)
    const input = { pointer: at(inner[1]), affine: norm3.affine }
    multiplyRows(context.kernels, last, input, at(conv3.kernel), y.pointer, {
      accumulate: true,
      addend: shortcut === undefined ? at(sampled) : undefined,
      onRows: (rows, _first, count) =>
        simd.binaryRows(binaryCodes.add, rows, bias, rows, count, last.Cout),
    })
  })
  return y.tensor
}
