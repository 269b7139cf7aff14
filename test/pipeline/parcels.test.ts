import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { writeNifti } from '../../src/io/nifti/index.ts'
import { readParcels } from '../../src/pipeline/parcels.ts'
import { temporaryFolder } from './_dataset.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

const affine = [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1]
const grid = { shape: [2, 2, 1], affine } as const

async function write(name: string, labels: readonly number[]): Promise<void> {
  await writeNifti(join(dir, name), { data: Float32Array.from(labels), shape: [2, 2, 1], affine })
}

describe('readParcels', () => {
  it('reads a label for every voxel, relative to the dataset', async () => {
    await write('atlas.nii.gz', [0, 7, 7, 12])
    const labels = await readParcels(dir, { parcels: 'atlas.nii.gz' }, [grid])
    expect([...labels!]).toEqual([0, 7, 7, 12])
    expect(await readParcels(dir, { parcels: join(dir, 'atlas.nii.gz') }, [grid])).toEqual(labels)
  })

  it('is nothing when no image is named', async () => {
    expect(await readParcels(dir, {}, [grid])).toBeUndefined()
  })

  it('refuses an image that is missing, on another grid, or empty', async () => {
    await write('atlas.nii.gz', [0, 7, 7, 12])
    await write('empty.nii.gz', [0, 0, 0, 0])
    const other = { ...grid, affine: affine.map((x) => 2 * x) }
    for (const [parcels, own] of [
      ['absent.nii', grid],
      ['atlas.nii.gz', other],
      ['empty.nii.gz', grid],
    ] as const)
      await expect(readParcels(dir, { parcels }, [own])).rejects.toMatchObject({
        code: 'PARCELS_UNUSABLE',
      })
  })
})
