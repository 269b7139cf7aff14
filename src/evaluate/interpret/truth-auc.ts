/** A map `[nVoxels]` and a mask of where the truth lies -> how well the map ranks the true voxels above the others. */
import { aucPerClass } from '../metrics/index.ts'

/**
 * Area under the ROC curve of the absolute values of a map against a mask.
 *
 * @param map - One value per voxel; 0 where the decoder was given nothing.
 * @param region - Above 0 where the truth lies.
 * @param brain - Above 0 for the voxels that count.
 * @returns 0..1, one half for a map that knows nothing; NaN when the region is empty or all of the brain.
 * @throws Never.
 * @example
 * const area = truthAuc([0, -3, 1], [0, 1, 0], [1, 1, 1]) // area = 1
 */
export function truthAuc(
  map: ArrayLike<number>,
  region: ArrayLike<number>,
  brain: ArrayLike<number>,
): number {
  const voxels = Array.from({ length: map.length }, (_, v) => v).filter((v) => brain[v]! > 0)
  const labels = voxels.map((v) => (region[v]! > 0 ? 0 : 1))
  const data = Float64Array.from(voxels, (v) => Math.abs(map[v]!))
  return aucPerClass(labels, { data, nRows: voxels.length, nCols: 1 })[0]!
}
