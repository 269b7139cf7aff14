import { describe, expect, it } from 'vitest'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Grid } from '../../src/core/types.ts'
import { readNifti } from '../../src/io/nifti/index.ts'
import { formatVolumeImage, imageOfVoxels } from '../../src/serve/volume-image.ts'

const grid: Grid = {
  shape: [3, 2, 4],
  affine: [-3, 0, 0, 40, 0, 2, 0, -50, 0, 0, 4, 10, 0, 0, 0, 1],
}

describe('formatVolumeImage', () => {
  it('is read back with the same grid and, to 1 part in 65 000, the same values', async () => {
    const data = Float32Array.from({ length: 24 }, (_, i) => 700 + 300 * Math.sin(i))
    const image = await readBack(formatVolumeImage({ grid, data }))
    expect(image.header.shape.slice(0, 3)).toEqual(grid.shape)
    expect(Array.from(image.header.affine)).toEqual(grid.affine)
    data.forEach((value, i) => expect(Math.abs(image.data[i]! - value)).toBeLessThan(1000 / 65_000))
  })

  it.each([
    ['all the same', 5],
    ['all zero', 0],
    ['all negative', -7],
    ['no numbers', NaN],
  ])('takes voxels that are %s', async (_, value) => {
    const image = await readBack(
      formatVolumeImage({ grid, data: new Float32Array(24).fill(value) }),
    )
    const expected = Number.isNaN(value) ? 0 : value
    for (const voxel of image.data) expect(voxel).toBeCloseTo(expected, 3)
  })
})

describe('imageOfVoxels', () => {
  it('has the weights at the voxels', () => {
    expect(Array.from(imageOfVoxels(grid, [1, 23]).data).flatMap((v, i) => (v ? [i] : []))).toEqual(
      [1, 23],
    )
    expect(imageOfVoxels(grid, [4], [-0.5]).data[4]).toBe(-0.5)
  })
})

async function readBack(bytes: Buffer): ReturnType<typeof readNifti> {
  const dir = mkdtempSync(join(tmpdir(), 'limbic-image-'))
  try {
    writeFileSync(join(dir, 'a.nii'), bytes)
    return await readNifti(join(dir, 'a.nii'))
  } finally {
    rmSync(dir, { recursive: true })
  }
}
