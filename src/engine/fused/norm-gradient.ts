/** The gradient of a batch normalisation followed by ReLU, in two passes over `[rows x C]`: sums per channel, then the rows themselves. */
import type { KernelContext } from '../cpu/kernel.ts'
import type { OnRows } from '../cpu/volume-algorithm.ts'
import type { Tf } from '../tf.ts'
import type { Norm } from './norm.ts'
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core'

export interface NormGradient {
  /** First pass: takes the gradient at the output of ReLU, in pieces, while it is hot. */
  readonly collect: OnRows
  /** Ends the first pass; gradients of gamma and beta. */
  finish(): [dGamma: Tensor, dBeta: Tensor]
  /** Second pass: d -> gradient at the input, plus `extra` if given; all `[rows x C]`. dx may be d. */
  apply(d: number, dx: number, extra?: number): void
  /** Second pass where only some rows had a gradient: the part that reaches these rows alone, from themselves. */
  applyToSampled(d: number, nSampled: number): void
  /** And the part that reaches every row, through mean and variance. */
  applyToAll(x: number, dx: number): void
}

/**
 * Gives the two passes to a function; their sums live as long as it runs.
 *
 * @param tf - TensorFlow.js.
 * @param context - Engine.
 * @param norm - The normalisation, from the forward pass.
 * @param gamma - Its scale, `[C]`.
 * @param x - Pointer to the rows that `collect` will see gradients of.
 * @param use - The function.
 * @returns What the function returns.
 * @throws Never.
 * @see Ioffe and Szegedy (2015), arXiv 1502.03167, section 3.
 */
export function withNormGradient<T>(
  tf: Tf,
  context: KernelContext,
  norm: Norm,
  gamma: Tensor,
  x: number,
  use: (gradient: NormGradient) => T,
): T {
  const { heap, simd } = context
  const { C, nRows, affine, mean } = norm
  const { scale, shift } = affine
  return heap.withScratch(8 * C, (s1) => {
    const [s2, k1, zeros] = [s1 + C * 8, s1 + C * 16, s1 + C * 28]
    const [k2, k3] = [k1 + C * 4, k1 + C * 8]
    simd.fill(s1, 8 * C, 0)
    return use({
      collect: (d, first, count) =>
        simd.normReluGradSums(d, x + first * C * 4, count, C, scale, shift, mean, s1, s2),
      finish: () => finishSums(tf, context, norm, gamma, s1, k1),
      apply: (d, dx, extra = 0) =>
        simd.normReluGrad(d, x, dx, nRows, C, scale, shift, k1, k2, k3, extra),
      applyToSampled: (d, nSampled) =>
        simd.normReluGrad(d, x, d, nSampled, C, scale, shift, k1, zeros, zeros, 0),
      applyToAll: (all, dx) => simd.normRelu(all, dx, nRows, C, k2, k3, false),
    })
  })
}

/** dx = k1 * d * mask + k2 * x + k3. Where the moments are not those of the rows, nothing flows through them. */
function finishSums(
  tf: Tf,
  { backend, heap }: KernelContext,
  { C, nRows, inverse, mean, isOfBatch }: Norm,
  gamma: Tensor,
  s1: number,
  k1: number,
): [Tensor, Tensor] {
  const sums = new Float64Array(heap.memory.buffer, s1, 2 * C)
  const k = heap.view(k1, 3 * C)
  const [scales, means] = [backend.valuesOf(gamma), heap.view(mean, C)]
  const found = [backend.emptyTensor([C]), backend.emptyTensor([C])] as const
  const [dGamma, dBeta] = [backend.valuesOf(found[0]), backend.valuesOf(found[1])]
  for (let c = 0; c < C; c++) {
    const [open, along, i] = [sums[c]!, sums[C + c]!, inverse[c]!]
    dBeta[c] = open
    dGamma[c] = along * i
    const first = scales[c]! * i
    const second = isOfBatch ? (-first * i * i * along) / nRows : 0
    k[c] = first
    k[C + c] = second
    k[2 * C + c] = isOfBatch ? (-first * open) / nRows - second * means[c]! : 0
  }
  const tensorOf = (info: TensorInfo): Tensor => tf.engine().makeTensorFromTensorInfo(info)
  return [tensorOf(found[0]), tensorOf(found[1])]
}
