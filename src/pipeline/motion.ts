/** The confounds file of a run -> its realignment parameters `[nVolumes x 6]`, if it holds any. */
import { isLimbicError } from '../core/errors/index.ts'
import type { Matrix64 } from '../core/types.ts'
import { readConfounds } from '../io/bids/index.ts'

/** As fMRIPrep and the preprocessing of limbic name them: millimetres, then radians. */
const columns = ['trans_x', 'trans_y', 'trans_z', 'rot_x', 'rot_y', 'rot_z']

/**
 * Reads how the head lay in every volume.
 *
 * @param file - The confounds file; undefined when the run has none.
 * @param nVolumes - Volumes of the run.
 * @returns Translations and rotations; undefined when the file lacks them, or has another length: they serve a baseline that can do without.
 * @throws The error of the file system.
 */
export async function readMotion(
  file: string | undefined,
  nVolumes: number,
): Promise<Matrix64 | undefined> {
  if (file === undefined) return undefined
  try {
    const { data, nRows, nCols } = await readConfounds(file, columns)
    return nRows === nVolumes ? { data, nRows, nCols } : undefined
  } catch (error) {
    if (isLimbicError(error)) return undefined
    throw error
  }
}
