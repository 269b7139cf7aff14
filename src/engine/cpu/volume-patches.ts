/** Convolution of volumes by patch matrices: a row per output voxel, `[rows x (taps C)]`, built from a padded copy piece by piece. */
import type { KernelContext } from './kernel.ts'
import { turnFilter, turnedShape } from './turn-filter.ts'
import {
  announceRows,
  byRows,
  rowsPerPiece,
  type OnRows,
  type VolumeAlgorithm,
  type VoxelRows,
} from './volume-algorithm.ts'
import {
  outputRows,
  paddedSize,
  patchArguments,
  voxelsOf,
  type VolumeShape,
} from './volume-shape.ts'

/** The algorithm; it covers every shape. */
export const byPatches: VolumeAlgorithm = {
  convolve(context, shape, x, filter, y, onRows) {
    const { heap, products } = context
    const { Cout } = shape
    const weights = heap.view(filter, depthOf(shape) * Cout)
    withPatches(context, shape, x, (patches, first, count) => {
      const to = y + first * Cout * 4
      products.multiply(count, Cout, depthOf(shape), patches, weights, heap.view(to, count * Cout))
      onRows?.(to, first, count)
    })
  },
  inputGradient(context, shape, dy, filter, dx, onRows) {
    const apply = isBetterTurned(shape) ? gradientByTurning : gradientByScattering
    apply(context, shape, dy, filter, dx, onRows)
  },
  filterGradient(context, shape, x, dy, dFilter) {
    const { heap, products } = context
    const { Cout } = shape
    const depth = depthOf(shape)
    const gradient = heap.view(dFilter, depth * Cout)
    withPatches(context, shape, x, (patches, first, count) => {
      const d = heap.view(dy + first * Cout * 4, count * Cout)
      products.multiply(depth, Cout, count, patches, d, gradient, {
        transA: true,
        accumulate: first > 0,
      })
    })
  },
}

/** Many voxels and few weights: the gradient as a convolution of dy with the turned filter, whose product has the faster form. */
function isBetterTurned({ N, input, strides, C, Cout }: VolumeShape): boolean {
  const hasUnitStride = strides.every((stride) => stride === 1)
  return hasUnitStride && 2 * C >= Cout && N * voxelsOf(input) > 4 * C
}

function gradientByTurning(
  context: KernelContext,
  shape: VolumeShape,
  dy: number,
  filter: number,
  dx: number,
  onRows?: OnRows,
): void {
  context.heap.withScratch(depthOf(shape) * shape.Cout, (turned) => {
    turnFilter(context, shape, filter, turned)
    byPatches.convolve(context, turnedShape(shape), { pointer: dy }, turned, dx, onRows)
  })
}

function gradientByScattering(
  context: KernelContext,
  shape: VolumeShape,
  dy: number,
  filter: number,
  dx: number,
  onRows?: OnRows,
): void {
  const { heap, products, simd } = context
  const { N, C, Cout, input, before } = shape
  const [depth, padded] = [depthOf(shape), paddedSize(shape)]
  const weights = heap.view(filter, depth * Cout)
  const size = N * voxelsOf(padded) * C
  heap.withScratch(size, (sum) => {
    heap.view(sum, size).fill(0)
    withPieces(context, shape, (col, first, count) => {
      const d = heap.view(dy + first * Cout * 4, count * Cout)
      products.multiply(count, depth, Cout, d, weights, heap.view(col, count * depth), {
        transB: true,
      })
      simd.patchesIntoVolume(col, sum, ...patchArguments(shape, first, first + count))
    })
    simd.unpadVolume(sum, dx, N, ...input, C, ...padded, ...before)
  })
  announceRows(dx, N * voxelsOf(input), C, onRows)
}

function depthOf({ filter, C }: VolumeShape): number {
  return voxelsOf(filter) * C
}

function withPatches(
  context: KernelContext,
  shape: VolumeShape,
  { pointer, affine }: VoxelRows,
  use: (patches: Float32Array, first: number, count: number) => void,
): void {
  const { heap, simd } = context
  const { N, C, input, before } = shape
  const padded = paddedSize(shape)
  heap.withScratch(N * voxelsOf(padded) * C, (volume) => {
    const border = [...padded, ...before, affine?.scale ?? 0, affine?.shift ?? 0] as const
    simd.padVolume(pointer, volume, N, ...input, C, ...border)
    withPieces(context, shape, (col, first, count) => {
      simd.patchesOfVolume(volume, col, ...patchArguments(shape, first, first + count))
      use(heap.view(col, count * depthOf(shape)), first, count)
    })
  })
}

function withPieces(
  { heap }: KernelContext,
  shape: VolumeShape,
  piece: (col: number, first: number, count: number) => void,
): void {
  const [nRows, depth] = [outputRows(shape), depthOf(shape)]
  heap.withScratch(rowsPerPiece(nRows, depth) * depth, (col) =>
    byRows(nRows, depth, (first, count) => piece(col, first, count)),
  )
}
