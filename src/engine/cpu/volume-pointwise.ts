/** Convolution of volumes with a filter of one voxel, any stride: the voxels that it samples times a matrix. */
import type { KernelContext } from './kernel.ts'
import { multiplyRows, rowGradients, type RowProduct } from './row-products.ts'
import { announceRows, type VolumeAlgorithm } from './volume-algorithm.ts'
import { outputRows, perAxis, voxelsOf, type VolumeShape } from './volume-shape.ts'

/**
 * Whether a convolution samples existing voxels with a filter of one.
 *
 * @param shape - Shape of the convolution.
 * @returns Whether this algorithm covers it.
 * @throws Never.
 */
export function isPointwise(shape: VolumeShape): boolean {
  const { filter, before, input, output, strides } = shape
  const samplesInside = [0, 1, 2].every((axis) => {
    const last = (output[axis]! - 1) * strides[axis]! - before[axis]!
    return before[axis]! <= 0 && last < input[axis]!
  })
  return voxelsOf(filter) === 1 && samplesInside
}

/** The algorithm; an input that is normalised on reading must have stride 1. */
export const pointwise: VolumeAlgorithm = {
  convolve(context, shape, x, filter, y, onRows) {
    withSamples(context, shape, x.pointer, (pointer) =>
      multiplyRows(context, productOf(shape), { ...x, pointer }, filter, y, { onRows }),
    )
  },
  inputGradient(context, shape, dy, weights, dx, onRows) {
    const { heap, simd } = context
    if (isDense(shape)) {
      const gradients = { dx: { weights, pointer: dx } }
      return rowGradients(context, productOf(shape), dy, gradients, { onRows })
    }
    const size = shape.N * voxelsOf(shape.input) * shape.C
    heap.withScratch(outputRows(shape) * shape.C, (pointer) => {
      rowGradients(context, productOf(shape), dy, { dx: { weights, pointer } })
      heap.view(dx, size).fill(0)
      simd.addVoxels(pointer, dx, ...sampling(shape))
    })
    announceRows(dx, size / shape.C, shape.C, onRows)
  },
  filterGradient(context, shape, x, dy, dFilter) {
    withSamples(context, shape, x.pointer, (pointer) => {
      const dWeights = { x: { ...x, pointer }, pointer: dFilter }
      rowGradients(context, productOf(shape), dy, { dWeights })
    })
  },
}

function productOf(shape: VolumeShape): RowProduct {
  return { nRows: outputRows(shape), Cin: shape.C, Cout: shape.Cout }
}

function isDense({ input, output }: VolumeShape): boolean {
  return input.every((length, axis) => length === output[axis])
}

function sampling(
  shape: VolumeShape,
): Parameters<KernelContext['simd']['takeVoxels']> extends [number, number, ...infer Rest]
  ? Rest
  : never {
  const { N, C, input, output, strides, before } = shape
  return [N, ...input, C, ...output, ...strides, ...perAxis((axis) => -before[axis]!)]
}

function withSamples(
  { heap, simd }: KernelContext,
  shape: VolumeShape,
  x: number,
  use: (samples: number) => void,
): void {
  if (isDense(shape)) return use(x)
  heap.withScratch(outputRows(shape) * shape.C, (samples) => {
    simd.takeVoxels(x, samples, ...sampling(shape))
    use(samples)
  })
}
