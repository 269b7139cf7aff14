import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readNifti } from '../../../src/io/nifti/index.ts'
import type { Interpretation } from '../../../src/pipeline/interpret/interpretation.ts'
import { writeInterpretation } from '../../../src/pipeline/interpret/write-interpretation.ts'
import { temporaryFolder } from '../_dataset.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

const affine = [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]
const values = (...numbers: number[]) => [Float64Array.from(numbers), Float64Array.of(0, 0)]
const subject = (label: string, shape: readonly [number, number, number]) => ({
  ...{ subject: label, grid: { shape, affine } },
  maps: [
    {
      ...{ voxels: Int32Array.of(0, 2), nSamples: [3, 4] },
      ...{ saliency: values(1, -2), weight: values(3, 4), pattern: values(5, 6) },
    },
  ],
})
const made = (...subjects: Interpretation['subjects']): Interpretation => ({
  ...{ model: 'lda', classes: ['a b', 'ü'], heldOut: true, subjects },
})

it('writes a map per subject, class and kind, one of the group, and what they are', async () => {
  const truth = { subjects: [{ subject: '01', auc: 1, aucAmongGiven: null }], mean: 1, group: 1 }
  const names = await writeInterpretation(dir, made(subject('01', [3, 1, 1])), truth)
  expect(names).toHaveLength(7)
  const read = async (name: string) => [...(await readNifti(join(dir, name))).data]
  expect(await read('sub-01_class-ab_desc-saliency_map.nii.gz')).toEqual([1, 0, -2])
  expect(await read('sub-01_class-ab_desc-weight_map.nii.gz')).toEqual([3, 0, 4])
  expect(await read('sub-01_class-1_desc-pattern_map.nii.gz')).toEqual([0, 0, 0])
  expect(await read('group_desc-saliency_map.nii.gz')).toEqual([1, 0, 2])
  const text = JSON.parse(readFileSync(join(dir, 'interpretation.json'), 'utf8')) as object
  expect(text).toMatchObject({ model: 'lda', subjects: [{ nSamples: [[3, 4]] }], truth })
})

it('writes no map of a group that lies on several grids', async () => {
  const names = await writeInterpretation(
    join(dir, 'two'),
    made(subject('01', [3, 1, 1]), subject('02', [1, 3, 1])),
  )
  expect(names).toHaveLength(12)
  expect(names).not.toContain('group_desc-saliency_map.nii.gz')
})
