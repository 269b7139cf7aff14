/** TensorFlow.js's batch normalisation by given statistics, `[..., C]`: one multiplication and one addition per value. */
import { areFloat32, kernel, sizeOf, type KernelTable } from './kernel.ts'
import { binaryCodes } from './simd.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

interface Inputs {
  readonly x: TensorInfo
  readonly mean: TensorInfo
  readonly variance: TensorInfo
  readonly scale?: TensorInfo | null
  readonly offset?: TensorInfo | null
}

const batchNorm = kernel<Inputs, { varianceEpsilon: number }>(
  ({ backend, heap, simd }, { x, mean, variance, scale, offset }, { varianceEpsilon }) => {
    const C = x.shape.at(-1) ?? 0
    const given = [mean, variance, ...(scale ? [scale] : []), ...(offset ? [offset] : [])]
    const isPerChannel = given.every(({ shape }) => shape.length === 1 && shape[0] === C)
    if (!areFloat32(x, ...given) || !isPerChannel || C === 0) return undefined
    const y = backend.emptyTensor(x.shape)
    const nRows = sizeOf(x.shape) / C
    const [m, v] = [backend.valuesOf(mean), backend.valuesOf(variance)]
    const gamma = scale ? backend.valuesOf(scale) : undefined
    const beta = offset ? backend.valuesOf(offset) : undefined
    heap.withScratch(C, (factors) =>
      heap.withScratch(C, (shifts) => {
        const [factor, shift] = [heap.view(factors, C), heap.view(shifts, C)]
        for (let c = 0; c < C; c++) {
          const f = (gamma?.[c] ?? 1) / Math.sqrt(v[c]! + varianceEpsilon)
          factor[c] = f
          shift[c] = (beta?.[c] ?? 0) - m[c]! * f
        }
        const to = backend.pointerOf(y)
        simd.binaryRows(binaryCodes.mul, backend.pointerOf(x), factors, to, nRows, C)
        simd.binaryRows(binaryCodes.add, to, shifts, to, nRows, C)
      }),
    )
    return y
  },
)

export const batchNormKernels: KernelTable = { FusedBatchNorm: batchNorm }
