/** Convolution of width 1: one matrix product on the voxels, `[rows x Cin] -> [rows x Cout]`, and its gradients, in pieces that fit the cache. */
import type { KernelContext } from './kernel.ts'
import { byRows, rowsPerPiece, type OnRows, type VoxelRows } from './volume-algorithm.ts'

export interface RowProduct {
  readonly nRows: number
  readonly Cin: number
  readonly Cout: number
}

export interface RowProductOptions {
  /** Adds to the result instead of overwriting it. */
  readonly accumulate?: boolean
  /** Pointer to an array of the result's size, on which the product is added. */
  readonly addend?: number | undefined
  readonly onRows?: OnRows | undefined
}

/**
 * y = x W.
 *
 * @param context - Engine.
 * @param product - Sizes.
 * @param x - `[nRows x Cin]`.
 * @param weights - `[Cin x Cout]`.
 * @param y - `[nRows x Cout]`.
 * @param options - Accumulation, and who looks at the result while it is hot.
 * @returns Nothing.
 * @throws Never.
 */
export function multiplyRows(
  context: KernelContext,
  product: RowProduct,
  x: VoxelRows,
  weights: number,
  y: number,
  { accumulate = false, addend, onRows }: RowProductOptions = {},
): void {
  const { heap, products } = context
  const { nRows, Cin, Cout } = product
  const w = heap.view(weights, Cin * Cout)
  withRows(context, product, x, (rowsAt) =>
    byRows(nRows, Cin + 2 * Cout, (first, count) => {
      const to = y + first * Cout * 4
      const result = heap.view(to, count * Cout)
      if (addend !== undefined) result.set(heap.view(addend + first * Cout * 4, count * Cout))
      products.multiply(count, Cout, Cin, heap.view(rowsAt(first, count), count * Cin), w, result, {
        accumulate: accumulate || addend !== undefined,
      })
      onRows?.(to, first, count)
    }),
  )
}

/** Where the gradients of a row product go; what is absent is not computed. */
export interface RowGradients {
  /** `[Cin x Cout]`, written. */
  readonly dWeights?: { readonly x: VoxelRows; readonly pointer: number }
  /** `[nRows x Cin]`, by the options written or added to. */
  readonly dx?: { readonly weights: number; readonly pointer: number }
}

/**
 * Gradients of x W, both from each piece of dy while it is hot.
 *
 * @param context - Engine.
 * @param product - Sizes.
 * @param dy - `[nRows x Cout]`.
 * @param gradients - Which gradients, and where they go.
 * @param options - Apply to the gradient of x.
 * @returns Nothing.
 * @throws Never.
 */
export function rowGradients(
  context: KernelContext,
  product: RowProduct,
  dy: number,
  { dWeights, dx }: RowGradients,
  { accumulate = false, onRows }: Omit<RowProductOptions, 'addend'> = {},
): void {
  const { heap, products } = context
  const { nRows, Cin, Cout } = product
  withRows(context, product, dWeights?.x ?? { pointer: dy }, (rowsAt) =>
    byRows(nRows, Cin + 2 * Cout, (first, count) => {
      const d = heap.view(dy + first * Cout * 4, count * Cout)
      if (dWeights !== undefined) {
        const dW = heap.view(dWeights.pointer, Cin * Cout)
        const x = heap.view(rowsAt(first, count), count * Cin)
        products.multiply(Cin, Cout, count, x, d, dW, { transA: true, accumulate: first > 0 })
      }
      if (dx !== undefined) {
        const to = dx.pointer + first * Cin * 4
        const w = heap.view(dx.weights, Cin * Cout)
        products.multiply(count, Cin, Cout, d, w, heap.view(to, count * Cin), {
          transB: true,
          accumulate,
        })
        onRows?.(to, first, count)
      }
    }),
  )
}

/** Gives access to pieces of rows: the rows themselves, or a piece of scratch with their normalised form. */
function withRows(
  { heap, simd }: KernelContext,
  { nRows, Cin, Cout }: RowProduct,
  { pointer, affine }: VoxelRows,
  use: (rowsAt: (first: number, count: number) => number) => void,
): void {
  const at = (first: number): number => pointer + first * Cin * 4
  if (affine === undefined) return use(at)
  const { scale, shift } = affine
  heap.withScratch(rowsPerPiece(nRows, Cin + 2 * Cout) * Cin, (scratch) =>
    use((first, count) => {
      simd.normRelu(at(first), scratch, count, Cin, scale, shift, true)
      return scratch
    }),
  )
}
