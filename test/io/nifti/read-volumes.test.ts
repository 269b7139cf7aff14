import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMaskedSeries, readVolumes } from '../../../src/io/nifti/index.ts'
import { bytesOf, codeOf, makeImage, newFolder } from './_files.ts'

const folder = newFolder()
const dims = [4, 2, 3, 2, 5, 1, 1, 1]
const voxels = Int16Array.from({ length: 60 }, (_, i) => i * 10)
const image = makeImage({ dims }, bytesOf(voxels))
const file = join(folder, 'run.nii.gz')
writeFileSync(file, gzipSync(image))

describe('readVolumes', () => {
  it('gives every volume in order, each in an array of its own', async () => {
    const volumes = []
    for await (const volume of readVolumes(file)) volumes.push(volume)
    expect(volumes.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4])
    expect(volumes.flatMap(({ data }) => [...data])).toEqual([...voxels])
  })

  it('gives one volume for an image of one, two or three dimensions', async () => {
    for (const size of [
      [1, 12],
      [2, 3, 4],
      [3, 3, 2, 2],
    ]) {
      const flat = join(folder, 'flat.nii')
      const shape = [...size, 1, 1, 1, 1, 1, 1].slice(0, 8)
      writeFileSync(flat, makeImage({ dims: shape }, bytesOf(voxels.subarray(0, 12))))
      const volumes = []
      for await (const { data } of readVolumes(flat)) volumes.push([...data])
      expect(volumes).toEqual([[...voxels.subarray(0, 12)]])
    }
  })

  it('gives the volumes before the place where a file breaks off, then says so', async () => {
    const cut = join(folder, 'cut.nii.gz')
    writeFileSync(cut, gzipSync(image.subarray(0, 352 + 2 * 24 + 10)))
    const indices: number[] = []
    const read = async (): Promise<void> => {
      for await (const { index } of readVolumes(cut)) indices.push(index)
    }
    expect(await codeOf(read)).toBe('NIFTI_TRUNCATED')
    expect(indices).toEqual([0, 1])
  })

  it('closes the file when the reader leaves early', async () => {
    const openFiles = (): number => readdirSync('/dev/fd').length
    const before = openFiles()
    for (let i = 0; i < 40; i++)
      for await (const { index } of readVolumes(file)) if (index === 1) break
    // The test runner opens and closes files of its own in between; 40 left open could not hide behind them.
    expect(openFiles() - before).toBeLessThan(20)
  })

  it('refuses a volume that is larger than allowed', async () => {
    const read = async (): Promise<void> => {
      for await (const volume of readVolumes(file, { maxBytes: 47 })) expect(volume).toBeUndefined()
    }
    expect(await codeOf(read)).toBe('NIFTI_TOO_LARGE')
  })
})

describe('readMaskedSeries', () => {
  it('picks voxels in the order asked for', async () => {
    const series = await readMaskedSeries(file, Int32Array.of(11, 0))
    expect(series).toEqual({
      data: Float32Array.of(110, 0, 230, 120, 350, 240, 470, 360, 590, 480),
      nRows: 5,
      nCols: 2,
    })
  })

  it('equals the columns of the whole image for any choice of voxels', async () => {
    const indices = fc.array(fc.nat(11), { maxLength: 12 }).map((list) => Int32Array.from(list))
    await fc.assert(
      fc.asyncProperty(indices, async (chosen) => {
        const { data, nRows, nCols } = await readMaskedSeries(file, chosen)
        expect([nRows, nCols]).toEqual([5, chosen.length])
        const expected = [0, 1, 2, 3, 4].flatMap((t) => [...chosen].map((v) => voxels[t * 12 + v]!))
        expect([...data]).toEqual(expected)
      }),
      { numRuns: 30 },
    )
  })

  it.each([-1, 12])('refuses voxel %i outside the grid', async (index) => {
    expect(await codeOf(() => readMaskedSeries(file, Int32Array.of(index)))).toBe('VALUE_INVALID')
  })
})
