import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { writeNifti } from '../../../src/io/nifti/index.ts'
import {
  createGaps,
  describeGaps,
  describeValues,
  readUsableVolumes,
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
  for await (const volume of readUsableVolumes(file, first, gaps)) volumes.push([...volume.data])
  return { volumes, gaps }
}

describe('readUsableVolumes', () => {
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

  it('leaves the beginning as it is whatever comes after', async () => {
    const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(NaN), fc.constant(0))
    const volume = fc.tuple(value, value, value)
    await fc.assert(
      fc.asyncProperty(
        fc.array(volume, { minLength: 2, maxLength: 6 }),
        volume,
        async (all, last) => {
          const changed = [...all.slice(0, -1), last]
          const a = await read(all.flat())
          const b = await read(changed.flat())
          expect(b.volumes.slice(0, -1)).toEqual(a.volumes.slice(0, -1))
          expect(a.volumes.flat().every(Number.isFinite)).toBe(true)
        },
      ),
      { numRuns: 25 },
    )
  })
})

describe('describeValues', () => {
  it('tells blank from usable', () => {
    expect(describeValues(Float32Array.of(NaN, 1, 1))).toEqual({ nFinite: 2, isBlank: true })
    expect(describeValues(Float32Array.of(NaN, 1, 2))).toEqual({ nFinite: 2, isBlank: false })
    expect(describeValues(new Float32Array(0)).isBlank).toBe(true)
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
