/** The stem as one operation: 7x7x7 convolution, batch normalisation, ReLU and max pooling, `[N, X, Y, Z, C]` -> `[N, ~X/4, ~Y/4, ~Z/4, Cout]`. */
import { windows } from '../cpu/pool3d.ts'
import { announceRows } from '../cpu/volume-algorithm.ts'
import { byPatches } from '../cpu/volume-patches.ts'
import { convolutionVolume, outputRows, poolVolume } from '../cpu/volume-shape.ts'
import type { FusedBlocks } from './blocks.ts'
import { withNormGradient } from './norm-gradient.ts'
import { normalise } from './norm.ts'
import {
  assertWholeVectors,
  emptyTensor,
  runBlock,
  sumRows,
  type FusedContext,
} from './operation.ts'
import type { Tensor, Tensor5D } from '@tensorflow/tfjs-core'

/**
 * The operation.
 *
 * @param context - Engine.
 * @returns The block, as the engine offers it.
 * @throws Never; the block itself throws `VALUE_INVALID` for channels that are no multiples of 4.
 */
export function createStem(context: FusedContext): FusedBlocks['stem'] {
  const { tf, kernels } = context
  const { backend, heap, simd } = kernels
  const at = (tensor: Tensor): number => backend.pointerOf(tensor)

  return (x, { conv, norm: weights }, settings) => {
    const shape = convolutionVolume(x.shape, conv.kernel.shape, { strides: 2, pad: 'same' })
    const { N, Cout, output } = shape
    const nRows = outputRows(shape)
    const pool = poolVolume([N, ...output, Cout], { filterSize: 3, strides: 2, pad: 'same' })
    assertWholeVectors('stem', [Cout])

    return runBlock<Tensor5D>(
      context,
      [conv.kernel, conv.bias, weights.gamma, weights.beta],
      () => {
        const convolved = emptyTensor(context, [N, ...output, Cout])
        const value = emptyTensor(context, [N, ...pool.output, Cout])
        // A byte per value, held in a float tensor: which voxel of its window it came from.
        const winners = emptyTensor(context, [value.tensor.size / 4])
        const norm = normalise(
          ...([tf, kernels, weights, settings, nRows] as const),
          (onRows) => {
            const input = { pointer: at(x) }
            byPatches.convolve(kernels, shape, input, at(conv.kernel), convolved.pointer, onRows)
          },
          at(conv.bias),
        )
        const { scale, shift } = norm.affine
        const pooled = [convolved.pointer, value.pointer, winners.pointer] as const
        simd.maxPoolVolume(...pooled, ...windows(pool), scale, shift)

        const gradient = (dy: Tensor): Tensor[] =>
          heap.withScratch(nRows * Cout, (d) => {
            simd.fill(d, nRows * Cout, 0)
            simd.maxPoolVolumeGrad(at(dy), winners.pointer, d, ...windows(pool))
            const dNorm = withNormGradient(
              ...([tf, kernels, norm, weights.gamma, convolved.pointer] as const),
              (pass) => {
                announceRows(d, nRows, Cout, pass.collect)
                const found = pass.finish()
                pass.apply(d, d)
                return found
              },
            )
            const kernel = emptyTensor(context, conv.kernel.shape)
            byPatches.filterGradient(kernels, shape, { pointer: at(x) }, d, kernel.pointer)
            const bias = settings.training ? tf.zeros([Cout]) : sumRows(context, d, nRows, Cout)
            return [kernel.tensor, bias, ...dNorm]
          })
        const kept = [x, convolved.tensor, winners.tensor, norm.stats]
        return { value: value.tensor, kept, gradient }
      },
    )
  }
}
