import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readVolumes, writeNifti } from '../../../src/io/nifti/index.ts'
import {
  createGaps,
  describeGaps,
  fillGaps,
  noteGap,
  type VolumeGaps,
} from '../../../src/pipeline/preprocess/usable-volumes.ts'
import { temporaryFolder } from '../_dataset.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)
const affine = [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]
const first = Float32Array.of(9, 8, 7)

async function read(values: readonly number[]): Promise<{ volumes: number[][]; gaps: VolumeGaps }> {
  const file = join(dir, 'run.nii')
  const data = Float32Array.from(values)
  await writeNifti(file, { data, shape: [3, 1, 1, values.length / 3], affine })
  const gaps = createGaps()
  const volumes: number[][] = []
  for await (const volume of fillGaps(readVolumes(file), first, gaps))
    volumes.push([...volume.data])
  return { volumes, gaps }
}

describe('fillGaps', () => {
  it('lets the volume before stand in for a blank one, and the reference for the first', async () => {
    const { volumes, gaps } = await read([0, 0, 0, 1, 2, 3, 0, 0, 0, NaN, NaN, NaN, 4, 5, 6])
    expect(volumes).toEqual([
      [9, 8, 7],
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(gaps).toEqual({ blank: [0, 2, 3], notFinite: [], worst: 0 })
  })

  it('lets the value before stand in for one that is no number, and 0 for the first', async () => {
    const { volumes, gaps } = await read([NaN, 2, 3, 4, Infinity, 6, 7, 8, 9])
    expect(volumes).toEqual([
      [0, 2, 3],
      [4, 2, 6],
      [7, 8, 9],
    ])
    expect(gaps).toEqual({ blank: [], notFinite: [0, 1], worst: 1 })
  })
})

describe('noteGap', () => {
  it('keeps blank volumes apart from those with some values', () => {
    const gaps = createGaps()
    noteGap(gaps, { isBlank: true, nNotFinite: 9 }, 2)
    noteGap(gaps, { isBlank: false, nNotFinite: 0 }, 3)
    noteGap(gaps, { isBlank: false, nNotFinite: 4 }, 5)
    expect(gaps).toEqual({ blank: [2], notFinite: [5], worst: 4 })
  })
})

describe('describeGaps', () => {
  it('names each kind once, and nothing where nothing is wrong', () => {
    expect(describeGaps(createGaps(), 'b', 5)).toEqual([])
    const found = describeGaps({ blank: [1, 3], notFinite: [2], worst: 7 }, 'b.nii', 5)
    expect(found.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      'warning VOLUMES_BLANK',
      'warning VOLUMES_NOT_FINITE',
    ])
    expect(found[0]!.message).toContain('2 of 5 volumes (0-based): 1, 3')
    expect(found[1]!.message).toContain('one volume (0-based: 2), in up to 7 voxels')
  })
})
