/** What every way of convolving volumes offers, on pointers into the heap, and the pieces of rows that all of them work in. */
import type { KernelContext } from './kernel.ts'
import type { VolumeShape } from './volume-shape.ts'

/** An array of `[rows x C]` voxels that may stand for relu(x * scale + shift), which is computed while it is read and never stored. */
export interface VoxelRows {
  readonly pointer: number
  /** Pointers to `[C]` each; with it, C must be a multiple of 4. */
  readonly affine?: { readonly scale: number; readonly shift: number } | undefined
}

/** Called for rows of a result while they are in the cache; once for each, in order. */
export type OnRows = (pointer: number, first: number, count: number) => void

export interface VolumeAlgorithm {
  /** y = x * filter. */
  convolve(
    context: KernelContext,
    shape: VolumeShape,
    x: VoxelRows,
    filter: number,
    y: number,
    onRows?: OnRows,
  ): void
  /** dx = gradient of x, given dy at the output. */
  inputGradient(
    context: KernelContext,
    shape: VolumeShape,
    dy: number,
    filter: number,
    dx: number,
    onRows?: OnRows,
  ): void
  /** dFilter = gradient of the filter. */
  filterGradient(
    context: KernelContext,
    shape: VolumeShape,
    x: VoxelRows,
    dy: number,
    dFilter: number,
  ): void
}

/** Floats of all operands together that stay in a second-level cache of 1 MB beside what the product itself packs. */
const cacheFloats = 300_000

/**
 * Calls back for pieces of rows: enough to pay for repacking the other operand, few enough to stay in the cache.
 *
 * @param nRows - Number of rows.
 * @param floatsPerRow - Floats of all operands together, per row.
 * @param piece - Called with the first row and the number of rows.
 * @returns Nothing.
 * @throws Never.
 */
export function byRows(
  nRows: number,
  floatsPerRow: number,
  piece: (first: number, count: number) => void,
): void {
  const step = rowsPerPiece(nRows, floatsPerRow)
  for (let first = 0; first < nRows; first += step) piece(first, Math.min(step, nRows - first))
}

/**
 * How many rows `byRows` hands over at once.
 *
 * @param nRows - Number of rows.
 * @param floatsPerRow - Floats of all operands together, per row.
 * @returns The number.
 * @throws Never.
 */
export function rowsPerPiece(nRows: number, floatsPerRow: number): number {
  // Multiples of the 12 rows of ONNX Runtime's inner tile.
  const fitting = Math.floor(cacheFloats / floatsPerRow / 12) * 12
  return Math.min(nRows, 1020, Math.max(96, fitting))
}

/**
 * Calls back for all rows of a result that is complete, in pieces.
 *
 * @param pointer - The result.
 * @param nRows - Its rows.
 * @param C - Floats per row.
 * @param onRows - Called for every piece, if given.
 * @returns Nothing.
 * @throws Never.
 */
export function announceRows(pointer: number, nRows: number, C: number, onRows?: OnRows): void {
  if (onRows === undefined) return
  byRows(nRows, 4 * C, (first, count) => onRows(pointer + first * C * 4, first, count))
}
