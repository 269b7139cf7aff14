/** Tile for the one case that training meets often: a row `[1, ..., C]` repeated along leading axes, as in the gradient of a batch normalisation. */
import { areFloat32, kernel, sizeOf, type KernelTable } from './kernel.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

const tile = kernel<{ x: TensorInfo }, { reps: number[] }>(({ backend }, { x }, { reps }) => {
  const row = sizeOf(x.shape)
  const isRow = row === x.shape.at(-1) && reps.at(-1) === 1 && reps.length === x.shape.length
  if (!areFloat32(x) || !isRow || row === 0) return undefined
  const result = backend.emptyTensor(x.shape.map((length, axis) => length * reps[axis]!))
  const y = backend.valuesOf(result)
  if (y.length === 0) return result
  y.set(backend.valuesOf(x))
  // Each pass doubles what is filled.
  for (let filled = row; filled < y.length; filled *= 2)
    y.copyWithin(filled, 0, Math.min(filled, y.length - filled))
  return result
})

export const tileKernels: KernelTable = { Tile: tile }
