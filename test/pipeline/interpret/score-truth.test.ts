import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeNifti } from '../../../src/io/nifti/index.ts'
import type { Interpretation } from '../../../src/pipeline/interpret/interpretation.ts'
import { scoreAgainstTruth } from '../../../src/pipeline/interpret/score-truth.ts'
import { temporaryFolder } from '../_dataset.ts'

const affine = [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]
const shape = [4, 1, 1] as const
const { dir, remove } = temporaryFolder()
beforeAll(async () => {
  const write = (name: string, ...mask: number[]): Promise<void> =>
    writeNifti(join(dir, `desc-${name}_mask.nii.gz`), {
      data: Uint8Array.from(mask),
      shape,
      affine,
    })
  await write('region', 1, 1, 0, 0)
  await write('brain', 1, 1, 1, 1)
})
afterAll(remove)

const interpretation = (saliency: number[], voxels = [0, 1, 2]): Interpretation => {
  const values = [Float64Array.from(saliency)]
  const maps = { saliency: values, weight: values, pattern: values }
  return {
    ...{ model: 'lda', classes: ['a'], heldOut: true },
    subjects: [
      {
        ...{ subject: '01', grid: { shape, affine } },
        maps: [{ voxels: Int32Array.from(voxels), nSamples: [1], ...maps }],
      },
    ],
  }
}

it('scores the whole brain, and the voxels that the decoder was given', async () => {
  const { subjects, mean, group } = await scoreAgainstTruth(interpretation([3, -1, 2]), dir)
  // Pairs over the brain: (3,2) (3,0) (1,2) (1,0); among given voxels: (3,2) (1,2).
  expect(subjects).toEqual([{ subject: '01', auc: 0.75, aucAmongGiven: 0.5 }])
  expect([mean, group]).toEqual([0.75, 0.75])
})

it('has no score among voxels that are all in the region', async () => {
  const { subjects } = await scoreAgainstTruth(interpretation([1, 2], [0, 1]), dir)
  expect(subjects[0]).toEqual({ subject: '01', auc: 1, aucAmongGiven: null })
})

it('refuses a mask of another grid', async () => {
  const [one] = interpretation([1, 2, 3]).subjects
  const moved = { ...one!, grid: { shape: [2, 2, 2] as const, affine } }
  await expect(
    scoreAgainstTruth({ ...interpretation([1]), subjects: [moved] }, dir),
  ).rejects.toMatchObject({ code: 'MASK_SIZE_MISMATCH' })
})
