/** The gradients of the bottleneck block: dy `[N, ..., Cout]` -> those of the input, of the normalisations and of the convolutions. */
import { rowGradients } from '../cpu/row-products.ts'
import { binaryCodes } from '../cpu/simd.ts'
import type { BottleneckState } from './bottleneck.ts'
import { withNormGradient } from './norm-gradient.ts'
import { emptyTensor, sumRows, type FusedContext } from './operation.ts'
import type { Tensor } from '@tensorflow/tfjs-core'

/**
 * All gradients.
 *
 * @param context - Engine.
 * @param state - What the forward pass left.
 * @param dy - Gradient of the output.
 * @returns Gradients of: input; gamma and beta of norm 1 (if there is one), 2 and 3; kernel and bias of convolution 1, 2, 3 and the shortcut (if there is one).
 * @throws Never.
 */
export function bottleneckGradients(
  context: FusedContext,
  state: BottleneckState,
  dy: Tensor,
): Tensor[] {
  const { tf, kernels } = context
  const { backend, heap } = kernels
  const { weights, sizes, norm2, norm3, inner } = state
  const { first, last, middle, algorithm } = sizes
  const at = (tensor: Tensor): number => backend.pointerOf(tensor)
  const like = (weight: Tensor) => emptyTensor(context, weight.shape)
  const [kernel1, kernel2, kernel3] = [weights.conv1, weights.conv2, weights.conv3].map((conv) =>
    like(conv.kernel),
  )
  const [y1, y2] = [at(inner[0]), at(inner[1])]
  const biasOfLast = sumRows(context, at(dy), last.nRows, last.Cout)
  const size = first.nRows * first.Cout

  return heap.withScratch(size, (d3) =>
    heap.withScratch(size, (d2) => {
      const dNorm3 = withNormGradient(tf, kernels, norm3, weights.norm3.gamma, y2, (gradient) => {
        const dWeights = { x: { pointer: y2, affine: norm3.affine }, pointer: kernel3!.pointer }
        const dx = { weights: at(weights.conv3.kernel), pointer: d3 }
        const onRows = gradient.collect
        rowGradients(kernels, last, at(dy), { dWeights, dx }, { onRows })
        const found = gradient.finish()
        gradient.apply(d3, d3)
        return found
      })
      const bias2 = biasBeforeNorm(context, state, d3)
      const dNorm2 = withNormGradient(tf, kernels, norm2, weights.norm2.gamma, y1, (gradient) => {
        const input = { pointer: y1, affine: norm2.affine }
        algorithm.filterGradient(kernels, middle, input, d3, kernel2!.pointer)
        const filter = at(weights.conv2.kernel)
        algorithm.inputGradient(kernels, middle, d3, filter, d2, gradient.collect)
        const found = gradient.finish()
        gradient.apply(d2, d2)
        return found
      })
      const bias1 = biasBeforeNorm(context, state, d2)
      const { dx, dNorm1, shortcut } = inputGradients(context, state, dy, d2, kernel1!.pointer)
      const ofShortcut = shortcut === undefined ? [] : [shortcut, tf.clone(biasOfLast)]
      return [
        ...[dx, ...dNorm1, ...dNorm2, ...dNorm3],
        ...[kernel1!.tensor, bias1, kernel2!.tensor, bias2, kernel3!.tensor, biasOfLast],
        ...ofShortcut,
      ]
    }),
  )
}

/** A bias that feeds a normalisation by the batch has no effect at all. */
function biasBeforeNorm(context: FusedContext, state: BottleneckState, d: number): Tensor {
  const { nRows, Cout } = state.sizes.first
  return state.settings.training ? context.tf.zeros([Cout]) : sumRows(context, d, nRows, Cout)
}

/** d2 is the gradient at the output of the first convolution. */
function inputGradients(
  context: FusedContext,
  state: BottleneckState,
  dy: Tensor,
  d2: number,
  kernel1: number,
): { dx: Tensor; dNorm1: Tensor[]; shortcut: Tensor | undefined } {
  const { tf, kernels } = context
  const { backend, simd } = kernels
  const { x, sampled, weights, sizes, norm1 } = state
  const at = (tensor: Tensor): number => backend.pointerOf(tensor)
  const isSampled = sampled !== x
  const dSampled = emptyTensor(context, sampled.shape)
  const shortcut = weights.shortcut && emptyTensor(context, weights.shortcut.kernel.shape)
  const throughConvolution = (onRows?: Parameters<typeof rowGradients>[4]): void =>
    rowGradients(
      ...([kernels, sizes.first, d2] as const),
      {
        dWeights: { x: { pointer: at(sampled), affine: norm1?.affine }, pointer: kernel1 },
        dx: { weights: at(weights.conv1.kernel), pointer: dSampled.pointer },
      },
      onRows,
    )
  const throughShortcut = (): void => {
    if (shortcut === undefined) return
    const dWeights = { x: { pointer: at(sampled) }, pointer: shortcut.pointer }
    const dx = { weights: at(weights.shortcut!.kernel), pointer: dSampled.pointer }
    rowGradients(kernels, sizes.shortcut, at(dy), { dWeights, dx }, { accumulate: true })
  }

  if (norm1 === undefined) {
    throughConvolution()
    throughShortcut()
    if (shortcut === undefined)
      simd.binary(binaryCodes.add, dSampled.pointer, at(dy), dSampled.pointer, sampled.size)
    const dx = isSampled ? spread(context, state, dSampled.tensor) : dSampled.tensor
    return { dx, dNorm1: [], shortcut: shortcut?.tensor }
  }
  const { gamma } = weights.norm1!
  return withNormGradient(tf, kernels, norm1, gamma, at(sampled), (gradient) => {
    throughConvolution({ onRows: gradient.collect })
    const dNorm1 = gradient.finish()
    const d = dSampled.pointer
    if (isSampled) gradient.applyToSampled(d, sizes.first.nRows)
    else gradient.apply(d, d, shortcut === undefined ? at(dy) : 0)
    throughShortcut()
    const dx = isSampled
      ? spread(context, state, dSampled.tensor, (to) => gradient.applyToAll(at(x), to))
      : dSampled.tensor
    return { dx, dNorm1, shortcut: shortcut?.tensor }
  })
}

/** Gradient of every voxel from that of the sampled ones; `fill` sets what reaches all of them, zero without it. */
function spread(
  context: FusedContext,
  { x, sizes }: BottleneckState,
  dSampled: Tensor,
  fill?: (dx: number) => void,
): Tensor {
  const { backend, simd } = context.kernels
  const { N, C, input, output, strides } = sizes.sampling
  const { tensor, pointer } = emptyTensor(context, x.shape)
  if (fill === undefined) simd.fill(pointer, x.size, 0)
  else fill(pointer)
  const sampling = [N, ...input, C, ...output, ...strides, 0, 0, 0] as const
  simd.addVoxels(backend.pointerOf(dSampled), pointer, ...sampling)
  dSampled.dispose()
  return tensor
}
