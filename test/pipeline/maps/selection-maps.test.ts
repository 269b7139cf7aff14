import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import { readNifti } from '../../../src/io/nifti/index.ts'
import { recordDataset, type DatasetRecord } from '../../../src/pipeline/dataset.ts'
import { readReportMaps } from '../../../src/pipeline/maps/read-report-maps.ts'
import { writeSelectionMaps } from '../../../src/pipeline/maps/selection-maps.ts'
import { temporaryFolder, tinyPipeline, writeDataset } from '../_dataset.ts'

const { dir, remove } = temporaryFolder()
const run = join(dir, 'run')
let dataset: DatasetRecord
beforeAll(async () => {
  await writeDataset(join(dir, 'bids'))
  dataset = await recordDataset(join(dir, 'bids'), tinyPipeline(), join(dir, 'cache'), silent)
})
afterAll(remove)

it('counts the folds that used each voxel, on the grid of the images', async () => {
  const folds = [
    { subject: '01', selectedVoxels: [3, 5] },
    { subject: '02', selectedVoxels: [5, 799] },
    { subject: '03' }, // used every voxel
  ]
  expect(await writeSelectionMaps({ run, dataset }, folds)).toBe(true)
  const { data, header } = await readNifti(join(run, 'maps', 'selection.nii.gz'))
  expect(header.grid.shape).toEqual([10, 10, 8])
  expect(header.grid.affine).toEqual(dataset.subjects[0]!.grid.affine)
  expect([...data.entries()].filter(([, count]) => count > 0)).toEqual([
    [3, 1],
    [5, 2],
    [799, 1],
  ])
})

it('takes the mean of the first volumes, inside the head brighter than outside', async () => {
  const { data } = await readNifti(join(run, 'maps', 'mean.nii.gz'))
  const mask = new Set(dataset.subjects[0]!.runs[0]!.maskVoxels)
  const mean = (inside: boolean): number => {
    const values = [...data].filter((_, v) => mask.has(v) === inside)
    return values.reduce((a, b) => a + b) / values.length
  }
  expect(mean(true)).toBeGreaterThan(2 * mean(false))
})

it('is read again for the report', async () => {
  const maps = (await readReportMaps(run))!
  expect(maps.nFolds).toBe(2)
  expect(maps.selection[5]).toBe(2)
  expect(maps.viewer).toContain('niivue')
})

it('leaves subjects on another grid out', async () => {
  const [first, ...others] = dataset.subjects
  const moved = { ...first!, grid: { ...first!.grid, shape: [10, 8, 10] as const } }
  const mixed = { ...dataset, subjects: [moved, ...others] }
  const folds = ['01', '02', '03'].map((subject) => ({ subject, selectedVoxels: [7] }))
  await writeSelectionMaps({ run, dataset: mixed }, folds)
  expect((await readReportMaps(run))!.nFolds).toBe(2)
})

it('removes maps that are no longer true', async () => {
  expect(await writeSelectionMaps({ run, dataset }, [{ subject: '01' }])).toBe(false)
  expect(existsSync(join(run, 'maps', 'mean.nii.gz'))).toBe(false)
  expect(await readReportMaps(run)).toBeUndefined()
})
