/** The end of the network as one operation: batch normalisation, ReLU and the mean over the volume, `[N, X, Y, Z, C]` -> `[N, C]`. */
import { announceRows } from '../cpu/volume-algorithm.ts'
import type { FusedBlocks } from './blocks.ts'
import { withNormGradient } from './norm-gradient.ts'
import { normaliseRows } from './norm.ts'
import { assertWholeVectors, emptyTensor, runBlock, type FusedContext } from './operation.ts'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'

/**
 * The operation.
 *
 * @param context - Engine.
 * @returns The block, as the engine offers it.
 * @throws Never; the block itself throws `VALUE_INVALID` for channels that are no multiple of 4.
 */
export function createHead(context: FusedContext): FusedBlocks['head'] {
  const { tf, kernels } = context
  const { backend, heap, simd } = kernels
  const at = (tensor: Tensor): number => backend.pointerOf(tensor)

  return (x, weights, settings) => {
    const [N, C] = [x.shape[0], x.shape[4]]
    const nRows = x.size / C
    const perSample = nRows / N
    assertWholeVectors('head', [C])

    return runBlock<Tensor2D>(context, [x, weights.gamma, weights.beta], () => {
      const norm = normaliseRows(tf, kernels, weights, settings, nRows, at(x))
      const value = emptyTensor(context, [N, C])
      heap.withScratch(2 * N * C, (sums) => {
        simd.fill(sums, 2 * N * C, 0)
        for (let n = 0; n < N; n++)
          announceRows(at(x) + n * perSample * C * 4, perSample, C, (rows, _first, count) =>
            simd.normReluSums(
              ...([rows, count, C, norm.affine.scale, norm.affine.shift] as const),
              sums + n * C * 8,
            ),
          )
        simd.narrow(sums, value.pointer, N * C, 1 / perSample)
      })
      const gradient = (dy: Tensor): Tensor[] => {
        const dx = emptyTensor(context, x.shape)
        spreadOverVolume(context, dy, dx.pointer, perSample)
        const dNorm = withNormGradient(tf, kernels, norm, weights.gamma, at(x), (pass) => {
          announceRows(dx.pointer, nRows, C, pass.collect)
          const found = pass.finish()
          pass.apply(dx.pointer, dx.pointer)
          return found
        })
        return [dx.tensor, ...dNorm]
      }
      return { value: value.tensor, kept: [norm.stats], gradient }
    })
  }
}

/** The gradient of a mean: every voxel gets its share. */
function spreadOverVolume(
  { kernels: { backend, heap } }: FusedContext,
  dy: Tensor,
  to: number,
  perSample: number,
): void {
  const [N, C] = dy.shape as [number, number]
  const values = backend.valuesOf(dy)
  const rows = heap.view(to, N * perSample * C)
  for (let n = 0; n < N; n++) {
    const row = values.subarray(n * C, (n + 1) * C).map((value) => value / perSample)
    for (let r = 0; r < perSample; r++) rows.set(row, (n * perSample + r) * C)
  }
}
