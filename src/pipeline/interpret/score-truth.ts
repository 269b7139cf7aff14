/** Saliency of a decoder and the ground truth of a simulated dataset -> how well the saliency finds the region that responds. */
import { join } from 'node:path'
import { LimbicError } from '../../core/errors/index.ts'
import { truthAuc } from '../../evaluate/interpret/index.ts'
import { isSameShape } from '../../evaluate/protocol/same-grid.ts'
import { readNifti } from '../../io/nifti/index.ts'
import { groupSaliency, totalSaliency, type Interpretation } from './interpretation.ts'

/** Areas under ROC curves of absolute saliency against the true region. */
export interface TruthScore {
  readonly subjects: readonly {
    readonly subject: string
    /** Over the whole brain; voxels that the decoder was not given count as 0, so that selecting the right ones counts too. */
    readonly auc: number
    /** Over the voxels that the decoder was given; null when all or none of them are in the region. */
    readonly aucAmongGiven: number | null
  }[]
  readonly mean: number
  /** Of the mean over subjects; null when they lie on different grids. */
  readonly group: number | null
}

/**
 * Compares saliency with the region that a simulated dataset responds in.
 *
 * @param interpretation - The maps.
 * @param dir - Folder with `desc-region_mask.nii.gz` and `desc-brain_mask.nii.gz`.
 * @returns Scores per subject, their mean, and that of the group.
 * @throws {LimbicError} As `readNifti`; `MASK_SIZE_MISMATCH` when a mask is of another grid.
 */
export async function scoreAgainstTruth(
  interpretation: Interpretation,
  dir: string,
): Promise<TruthScore> {
  const file = join(dir, 'desc-region_mask.nii.gz')
  const region = await readNifti(file)
  const brain = await readNifti(join(dir, 'desc-brain_mask.nii.gz'))
  const { grid } = region.header
  const subjects = interpretation.subjects.map((one) => {
    if (!isSameShape(one.grid, grid))
      throw new LimbicError('MASK_SIZE_MISMATCH', {
        mask: file,
        expected: `${one.grid.shape.join(' x ')} voxels, as sub-${one.subject}`,
        found: `${grid.shape.join(' x ')} voxels`,
      })
    const given = new Uint8Array(region.data.length)
    for (const { voxels } of one.maps) for (const voxel of voxels) given[voxel] = 1
    const saliency = totalSaliency(one)
    const amongGiven = truthAuc(saliency, region.data, given)
    return {
      subject: one.subject,
      auc: truthAuc(saliency, region.data, brain.data),
      aucAmongGiven: Number.isFinite(amongGiven) ? amongGiven : null,
    }
  })
  const group = groupSaliency(interpretation)
  return {
    subjects,
    mean: subjects.reduce((sum, { auc }) => sum + auc, 0) / subjects.length,
    group: group === undefined ? null : truthAuc(group, region.data, brain.data),
  }
}
