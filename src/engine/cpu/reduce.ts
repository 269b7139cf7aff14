/** Sums and means over leading, trailing or all axes of a float32 tensor; other sets of axes are left to the stock kernel. */
import {
  areFloat32,
  kernel,
  sizeOf,
  type Kernel,
  type KernelContext,
  type KernelTable,
} from './kernel.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

interface Axes {
  readonly axis: number | readonly number[] | null | undefined
  readonly keepDims: boolean
}

const reduceKernel = (isMean: boolean): Kernel =>
  kernel<{ x: TensorInfo }, Axes>((context, { x }, { axis, keepDims }) => {
    if (!areFloat32(x) || x.shape.length === 0) return undefined
    const rank = x.shape.length
    const summed = new Set(
      axis == null ? x.shape.keys() : [axis].flat().map((a) => (a < 0 ? a + rank : a)),
    )
    const isLeading = [...summed].every((a) => a < summed.size)
    const isTrailing = [...summed].every((a) => a >= rank - summed.size)
    if (summed.size === 0 || sizeOf(x.shape) === 0 || !(isLeading || isTrailing)) return undefined
    const kept = x.shape.filter((_, a) => !summed.has(a))
    const shape = keepDims ? x.shape.map((length, a) => (summed.has(a) ? 1 : length)) : kept
    const count = sizeOf(x.shape) / sizeOf(kept)
    const y = context.backend.emptyTensor(shape)
    const scale = isMean ? 1 / count : 1
    if (isTrailing) sumRows(context, x, y, sizeOf(kept), count, scale)
    else sumColumns(context, x, y, count, sizeOf(kept), scale)
    return y
  })

export const reduceKernels: KernelTable = { Sum: reduceKernel(false), Mean: reduceKernel(true) }

function sumRows(
  { backend, simd }: KernelContext,
  x: TensorInfo,
  y: TensorInfo,
  rows: number,
  columns: number,
  scale: number,
): void {
  simd.rowSums(backend.pointerOf(x), rows, columns, backend.pointerOf(y), scale)
}

function sumColumns(
  { backend, heap, simd }: KernelContext,
  x: TensorInfo,
  y: TensorInfo,
  rows: number,
  columns: number,
  scale: number,
): void {
  heap.withScratch(columns * 2, (sums) => {
    simd.fill(sums, columns * 2, 0)
    simd.columnSums(backend.pointerOf(x), rows, columns, sums)
    simd.narrow(sums, backend.pointerOf(y), columns, scale)
  })
}
