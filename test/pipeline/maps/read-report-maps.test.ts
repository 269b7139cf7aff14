import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { writeNifti } from '../../../src/io/nifti/index.ts'
import { readReportMaps } from '../../../src/pipeline/maps/read-report-maps.ts'
import { temporaryFolder } from '../_dataset.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

it('finds nothing in a run without maps, or with a part of them', async () => {
  expect(await readReportMaps(dir)).toBeUndefined()
  mkdirSync(join(dir, 'maps'))
  writeFileSync(join(dir, 'maps', 'selection.json'), '{"nFolds":3}')
  expect(await readReportMaps(dir)).toBeUndefined()
})

it('reads both images with their bytes', async () => {
  const affine = [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]
  const space = { shape: [2, 2, 1], affine }
  await writeNifti(join(dir, 'maps', 'mean.nii.gz'), {
    ...space,
    data: Float32Array.of(1, 2, 3, 4),
  })
  await writeNifti(join(dir, 'maps', 'selection.nii.gz'), {
    ...space,
    data: Int16Array.of(0, 3, 1, 0),
  })
  const maps = (await readReportMaps(dir))!
  expect([...maps.background]).toEqual([1, 2, 3, 4])
  expect([...maps.selection]).toEqual([0, 3, 1, 0])
  expect(maps.nFolds).toBe(3)
  expect(maps.grid.shape).toEqual([2, 2, 1])
  expect([...maps.files.selection.subarray(0, 2)]).toEqual([0x1f, 0x8b])
})
