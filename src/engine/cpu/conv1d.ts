/**
 * One-dimensional convolution without a patch matrix, `[N, 1, L, C] -> [N, 1, Lo, Cout]`, stride 1.
 *
 * Rows p, p + k, p + 2k, ... of the patch matrix of a sequence are a plain (rows / k) x (k C) view of the sequence that starts at its
 * row p. So a convolution of width k is k matrix products on views, one per phase p. All samples form one sequence; patches that reach
 * from one sample into the next are computed and dropped (k - 1 of every L).
 */
import type { ConvolutionShape } from './convolution-shape.ts'
import type { KernelContext } from './kernel.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

/** Rows of a product: enough to pay for repacking the filter, few enough that input and product stay in the cache between phases. */
const productRows = 1920

/**
 * Whether a convolution runs along one axis with stride 1.
 *
 * @param shape - Shape of the convolution.
 * @returns Whether the functions of this module cover it.
 * @throws Never.
 */
export function isSequence({ H, kh, strides, dilations, padding, Ho }: ConvolutionShape): boolean {
  const isFlat = H === 1 && kh === 1 && Ho === 1 && padding.top === 0 && padding.bottom === 0
  return isFlat && strides[1] === 1 && dilations[1] === 1 && padding.left >= 0 && padding.right >= 0
}

/**
 * Convolution.
 *
 * @param context - Engine.
 * @param x - Input, `[N, 1, L, C]`.
 * @param filter - `[1, k, C, Cout]`.
 * @param y - Output, `[N, 1, Lo, Cout]`, written.
 * @param shape - Shape of the convolution.
 * @returns Nothing.
 * @throws Never.
 */
export function forwardBySequence(
  context: KernelContext,
  x: TensorInfo,
  filter: TensorInfo,
  y: TensorInfo,
  shape: ConvolutionShape,
): void {
  const { backend, products, simd } = context
  const { Wo, C, Cout, kw } = shape
  const pitch = pitchOf(shape)
  const nRows = shape.N * pitch - kw + 1
  const [weights, to] = [backend.valuesOf(filter), backend.pointerOf(y)]
  withPaddedInput(context, x, shape, (sequence) =>
    byPhases(context, kw, nRows, Cout, (first, count, product, pointer) => {
      const patches = sequence.subarray(first * C, (first + count * kw) * C)
      products.multiply(count, Cout, kw * C, patches, weights, product)
      simd.spreadRows(pointer, to, count, Cout, first, kw, pitch, 0, Wo)
    }),
  )
}

/**
 * Gradient of the filter.
 *
 * @param context - Engine.
 * @param x - Input, `[N, 1, L, C]`.
 * @param dy - Gradient of the output, `[N, 1, Lo, Cout]`.
 * @param dFilter - Gradient of the filter, `[1, k, C, Cout]`, written.
 * @param shape - Shape of the convolution.
 * @returns Nothing.
 * @throws Never.
 */
export function backpropFilterBySequence(
  context: KernelContext,
  x: TensorInfo,
  dy: TensorInfo,
  dFilter: TensorInfo,
  shape: ConvolutionShape,
): void {
  const { backend, products, simd } = context
  const { Wo, C, Cout, kw } = shape
  const pitch = pitchOf(shape)
  const nRows = shape.N * pitch - kw + 1
  const [from, to] = [backend.pointerOf(dy), backend.valuesOf(dFilter)]
  to.fill(0)
  withPaddedInput(context, x, shape, (sequence) =>
    byPhases(context, kw, nRows, Cout, (first, count, rows, pointer) => {
      simd.takeRows(from, pointer, count, Cout, first, kw, pitch, Wo)
      const patches = sequence.subarray(first * C, (first + count * kw) * C)
      products.multiply(kw * C, Cout, count, patches, rows, to, { transA: true, accumulate: true })
    }),
  )
}

/**
 * Gradient of the input: a convolution of the output's gradient, zeros around each sample, with the filter turned round.
 *
 * @param context - Engine.
 * @param dy - Gradient of the output, `[N, 1, Lo, Cout]`.
 * @param filter - `[1, k, C, Cout]`.
 * @param dx - Gradient of the input, `[N, 1, L, C]`, written.
 * @param shape - Shape of the convolution.
 * @returns Nothing.
 * @throws Never.
 */
export function backpropInputBySequence(
  context: KernelContext,
  dy: TensorInfo,
  filter: TensorInfo,
  dx: TensorInfo,
  shape: ConvolutionShape,
): void {
  const { backend, heap, products, simd } = context
  const { N, W, Wo, C, Cout, kw, padding } = shape
  const pitch = pitchOf(shape)
  const to = backend.pointerOf(dx)
  const before = (kw - 1) * Cout
  heap.withScratch(before + N * pitch * Cout, (gradient) =>
    heap.withScratch(kw * C * Cout, (turned) => {
      heap.view(gradient, before).fill(0)
      simd.padRows(backend.pointerOf(dy), gradient + before * 4, N, Wo, pitch, 0, Cout)
      turnFilter(context, filter, turned, shape)
      const sequence = heap.view(gradient, before + N * pitch * Cout)
      const weights = heap.view(turned, kw * C * Cout)
      byPhases(context, kw, N * pitch, C, (first, count, product, pointer) => {
        const patches = sequence.subarray(first * Cout, (first + count * kw) * Cout)
        products.multiply(count, C, kw * Cout, patches, weights, product)
        simd.spreadRows(pointer, to, count, C, first, kw, pitch, padding.left, W)
      })
    }),
  )
}

/** Rows from one sample to the next. */
function pitchOf({ W, padding }: ConvolutionShape): number {
  return padding.left + W + padding.right
}

/** Each tap `[C x Cout]` transposed, in reverse order. */
function turnFilter(
  { backend, simd }: KernelContext,
  filter: TensorInfo,
  turned: number,
  { C, Cout, kw }: ConvolutionShape,
): void {
  const [from, tap] = [backend.pointerOf(filter), C * Cout * 4]
  for (let t = 0; t < kw; t++) simd.transpose(from + t * tap, C, Cout, turned + (kw - 1 - t) * tap)
}

function withPaddedInput(
  { backend, heap, simd }: KernelContext,
  x: TensorInfo,
  shape: ConvolutionShape,
  use: (sequence: Float32Array) => void,
): void {
  const { N, W, C, padding } = shape
  const pitch = pitchOf(shape)
  if (pitch === W) return use(backend.valuesOf(x))
  heap.withScratch(N * pitch * C, (padded) => {
    simd.padRows(backend.pointerOf(x), padded, N, W, pitch, padding.left, C)
    use(heap.view(padded, N * pitch * C))
  })
}

/** Calls back for every product: its first row, its number of rows, which lie kw apart, and scratch for as many. */
function byPhases(
  { heap }: KernelContext,
  kw: number,
  nRows: number,
  columns: number,
  phase: (first: number, count: number, rows: Float32Array, pointer: number) => void,
): void {
  heap.withScratch(productRows * columns, (pointer) => {
    for (let start = 0; start < nRows; start += productRows * kw)
      for (let p = 0; p < kw && start + p < nRows; p++) {
        const count = Math.min(productRows, Math.ceil((nRows - start - p) / kw))
        phase(start + p, count, heap.view(pointer, count * columns), pointer)
      }
  })
}
