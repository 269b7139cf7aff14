/** Whether two images lie on one voxel grid, and what their grids are in words. */
import type { Grid } from '../../core/types.ts'

/**
 * Whether two grids have equal sizes.
 *
 * @param a - One grid.
 * @param b - The other.
 * @returns Whether they do.
 * @throws Never.
 */
export function isSameShape(a: Grid, b: Grid): boolean {
  return a.shape.every((n, axis) => n === b.shape[axis])
}

/**
 * Whether two grids have equal sizes and the same voxels in the same places, to a thousandth of a millimetre.
 *
 * @param a - One grid.
 * @param b - The other.
 * @returns Whether they do.
 * @throws Never.
 */
export function isSameGrid(a: Grid, b: Grid): boolean {
  return isSameShape(a, b) && a.affine.every((value, i) => Math.abs(value - b.affine[i]!) < 1e-3)
}

/**
 * A grid in words.
 *
 * @param grid - The grid.
 * @returns Sizes, voxel size and origin.
 * @throws Never.
 * @example
 * const words = formatGrid({ shape: [2, 3, 4], affine: [3, 0, 0, 0, 0, 3, 0, 5, 0, 0, 3, 0, 0, 0, 0, 1] }) // words = '2 x 3 x 4 voxels of 3.00 x 3.00 x 3.00 mm with the first at (0.0, 5.0, 0.0) mm'
 */
export function formatGrid({ shape, affine }: Grid): string {
  const size = [0, 1, 2].map((axis) =>
    Math.hypot(affine[axis]!, affine[4 + axis]!, affine[8 + axis]!).toFixed(2),
  )
  const origin = [3, 7, 11].map((i) => affine[i]!.toFixed(1))
  return `${shape.join(' x ')} voxels of ${size.join(' x ')} mm with the first at (${origin.join(', ')}) mm`
}
