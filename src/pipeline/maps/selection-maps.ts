/** Folds of a run -> `maps/` in its folder: how many folds used each voxel, and the mean functional image to look at it on, as NIfTI on the subjects' grid. */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fold } from '../../core/schemas/report.ts'
import type { Grid } from '../../core/types.ts'
import { isSameGrid } from '../../evaluate/protocol/same-grid.ts'
import { writeJsonAtomic } from '../../io/artifacts.ts'
import { readVolumes, writeNifti } from '../../io/nifti/index.ts'
import type { SubjectRecord } from '../dataset.ts'
import type { RunPlan } from '../run-plan.ts'

/** What `maps/selection.json` says of `maps/selection.nii.gz`. */
export interface SelectionSidecar {
  readonly Description: string
  readonly nFolds: number
  readonly subjects: readonly string[]
}

/** A mean over so many volumes of each subject shows its anatomy; more would only take longer. */
const nVolumesOfMean = 5

/** NIfTI's code of 16-bit integers, which need a quarter of the space of compressed floats. */
const int16 = 4

/**
 * Writes `maps/selection.nii.gz`, its `.json`, and `maps/mean.nii.gz`.
 *
 * @param plan - The run, for where it lies, and for grids and images of its subjects.
 * @param folds - What was found. Folds that used every voxel, and those whose subject lies on another grid than most, do not count.
 * @returns Whether there was anything to write; maps of an earlier state of the run are removed when there was not.
 * @throws {LimbicError} As the readers and writers of images.
 * @remarks Reads the first five volumes of one run of each subject. An image that is gone does not take part in the mean.
 */
export async function writeSelectionMaps(
  { run, dataset }: Pick<RunPlan, 'run' | 'dataset'>,
  folds: readonly Pick<Fold, 'subject' | 'selectedVoxels'>[],
): Promise<boolean> {
  const dir = join(run, 'maps')
  const selecting = folds.flatMap(({ subject, selectedVoxels }) => {
    const record = dataset.subjects.find((one) => one.subject === subject)
    return selectedVoxels === undefined || record === undefined ? [] : [{ record, selectedVoxels }]
  })
  const grid = commonestGrid(selecting.map(({ record }) => record.grid))
  const counted = selecting.filter(({ record }) => grid && isSameGrid(record.grid, grid))
  const mean = grid && (await meanImage(counted.map(({ record }) => record)))
  if (grid === undefined || mean === undefined) {
    for (const name of ['selection.nii.gz', 'selection.json', 'mean.nii.gz'])
      await rm(join(dir, name), { force: true })
    return false
  }
  const selection = new Int16Array(mean.length)
  for (const { selectedVoxels } of counted)
    for (const voxel of selectedVoxels) selection[voxel]! += 1
  const space = { shape: grid.shape, affine: grid.affine }
  const sidecar: SelectionSidecar = {
    Description: 'Number of folds whose classifier was given the voxel.',
    nFolds: counted.length,
    subjects: counted.map(({ record }) => record.subject),
  }
  await writeNifti(join(dir, 'mean.nii.gz'), {
    ...{ ...space, data: mean, descrip: 'mean functional image' },
    ...(fitsInt16(mean) ? { datatype: int16 } : {}),
  })
  await writeNifti(join(dir, 'selection.nii.gz'), {
    ...{ ...space, data: selection, descrip: 'folds that used the voxel' },
  })
  await writeJsonAtomic(join(dir, 'selection.json'), sidecar)
  return true
}

/** The grid that most subjects are on, the first of several. */
function commonestGrid(grids: readonly Grid[]): Grid | undefined {
  const nAlike = grids.map((grid) => grids.filter((other) => isSameGrid(other, grid)).length)
  return grids[nAlike.indexOf(Math.max(...nAlike))]
}

async function meanImage(subjects: readonly SubjectRecord[]): Promise<Float32Array | undefined> {
  let sum: Float64Array | undefined
  let n = 0
  for (const { runs } of subjects) {
    const bold = runs[0]?.bold
    if (bold === undefined || !existsSync(bold)) continue
    for await (const { index, data } of readVolumes(bold)) {
      if (index >= nVolumesOfMean) break
      sum ??= new Float64Array(data.length)
      n += 1
      for (let v = 0; v < data.length; v++) if (Number.isFinite(data[v])) sum[v]! += data[v]!
    }
  }
  return sum && Float32Array.from(sum, (total) => total / n)
}

/** Whether rounding to whole numbers would go unseen. */
function fitsInt16(values: Float32Array): boolean {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return largest >= 500 && largest < 32767
}
