/** Convolution by patch matrices: a row per output pixel, `[rows x (kh kw C)]`, built piece by piece and multiplied by the filter. */
import { patchGeometry, type ConvolutionShape } from './convolution-shape.ts'
import type { KernelContext } from './kernel.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

/** Floats in a piece of the patch matrix: what stays in a second-level cache of 1 MB beside its product. */
const pieceSize = 131072

type Piece = (start: number, end: number, patches: Float32Array, pointer: number) => void

/**
 * Convolution.
 *
 * @param context - Engine.
 * @param x - Input, `[N, H, W, C]`.
 * @param filter - `[kh, kw, C, Cout]`.
 * @param y - Output, `[N, Ho, Wo, Cout]`, written.
 * @param shape - Shape of the convolution.
 * @returns Nothing.
 * @throws Never.
 */
export function forwardByPatches(
  context: KernelContext,
  x: TensorInfo,
  filter: TensorInfo,
  y: TensorInfo,
  shape: ConvolutionShape,
): void {
  const { backend, products, simd } = context
  const [from, weights, to] = [backend.pointerOf(x), backend.valuesOf(filter), backend.valuesOf(y)]
  const { depth, geometry } = patchesOf(shape)
  byPieces(context, shape, (start, end, patches, pointer) => {
    simd.im2col(from, pointer, start, end, ...geometry)
    products.multiply(
      end - start,
      shape.Cout,
      depth,
      patches,
      weights,
      rowsOf(to, start, end, shape.Cout),
    )
  })
}

/**
 * Gradient of the input: the patches' gradients, added where the patches came from.
 *
 * @param context - Engine.
 * @param dy - Gradient of the output, `[N, Ho, Wo, Cout]`.
 * @param filter - `[kh, kw, C, Cout]`.
 * @param dx - Gradient of the input, `[N, H, W, C]`, written.
 * @param shape - Shape of the convolution.
 * @returns Nothing.
 * @throws Never.
 */
export function backpropInputByPatches(
  context: KernelContext,
  dy: TensorInfo,
  filter: TensorInfo,
  dx: TensorInfo,
  shape: ConvolutionShape,
): void {
  const { backend, products, simd } = context
  const [from, weights, to] = [
    backend.valuesOf(dy),
    backend.valuesOf(filter),
    backend.pointerOf(dx),
  ]
  const { depth, geometry } = patchesOf(shape)
  backend.valuesOf(dx).fill(0)
  byPieces(context, shape, (start, end, patches, pointer) => {
    const part = rowsOf(from, start, end, shape.Cout)
    products.multiply(end - start, depth, shape.Cout, part, weights, patches, { transB: true })
    simd.col2im(pointer, to, start, end, ...geometry)
  })
}

/**
 * Gradient of the filter.
 *
 * @param context - Engine.
 * @param x - Input, `[N, H, W, C]`.
 * @param dy - Gradient of the output, `[N, Ho, Wo, Cout]`.
 * @param dFilter - Gradient of the filter, `[kh, kw, C, Cout]`, written.
 * @param shape - Shape of the convolution.
 * @returns Nothing.
 * @throws Never.
 */
export function backpropFilterByPatches(
  context: KernelContext,
  x: TensorInfo,
  dy: TensorInfo,
  dFilter: TensorInfo,
  shape: ConvolutionShape,
): void {
  const { backend, products, simd } = context
  const [from, gradient, to] = [
    backend.pointerOf(x),
    backend.valuesOf(dy),
    backend.valuesOf(dFilter),
  ]
  const { depth, geometry } = patchesOf(shape)
  to.fill(0)
  byPieces(context, shape, (start, end, patches, pointer) => {
    simd.im2col(from, pointer, start, end, ...geometry)
    const part = rowsOf(gradient, start, end, shape.Cout)
    products.multiply(depth, shape.Cout, end - start, patches, part, to, {
      transA: true,
      accumulate: true,
    })
  })
}

function patchesOf(shape: ConvolutionShape): {
  depth: number
  geometry: ReturnType<typeof patchGeometry>
} {
  return { depth: shape.kh * shape.kw * shape.C, geometry: patchGeometry(shape) }
}

function rowsOf(values: Float32Array, start: number, end: number, columns: number): Float32Array {
  return values.subarray(start * columns, end * columns)
}

function byPieces({ heap }: KernelContext, shape: ConvolutionShape, piece: Piece): void {
  const { depth } = patchesOf(shape)
  const nRows = shape.N * shape.Ho * shape.Wo
  const step = Math.max(16, Math.floor(pieceSize / depth))
  heap.withScratch(Math.min(step, nRows) * depth, (pointer) => {
    for (let start = 0; start < nRows; start += step) {
      const end = Math.min(nRows, start + step)
      piece(start, end, heap.view(pointer, (end - start) * depth), pointer)
    }
  })
}
