import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { checkNiftiSize, readNiftiHeader, verifyNifti } from '../../../src/io/nifti/index.ts'
import { storedVoxelBytes } from '../../../src/io/nifti/size-check.ts'
import { codeOf, makeImage, newFolder } from './_files.ts'

const folder = newFolder()
const dims = [4, 10, 10, 10, 20, 1, 1, 1]
// Voxels that do not compress well, as in real runs.
let seed = 7
const voxels = Uint8Array.from({ length: 40_000 }, () => (seed = (seed * 48271) % 2147483647) & 255)
const image = makeImage({ dims }, voxels)
const stored = gzipSync(image)

async function outcome(
  name: string,
  bytes: Uint8Array,
  check: (file: string) => Promise<void>,
): Promise<string> {
  const file = join(folder, name)
  writeFileSync(file, bytes)
  return await codeOf(() => check(file))
}
const cheap = async (file: string): Promise<void> => checkNiftiSize(await readNiftiHeader(file))
const full = async (file: string): Promise<void> => verifyNifti(await readNiftiHeader(file))

describe('checkNiftiSize', () => {
  it.each<[string, Uint8Array, string]>([
    ['whole.nii', image, 'no error'],
    ['whole.nii.gz', stored, 'no error'],
    ['trailing.nii.gz', gzipSync(Buffer.concat([image, image])), 'no error'],
    ['cut.nii', image.subarray(0, -1), 'NIFTI_TRUNCATED'],
    ['header.nii', image.subarray(0, 352), 'NIFTI_TRUNCATED'],
    ['cut.nii.gz', stored.subarray(0, 20_000), 'NIFTI_TRUNCATED'],
    ['short.nii.gz', gzipSync(image.subarray(0, -1)), 'NIFTI_TRUNCATED'],
    ['header.nii.gz', gzipSync(image.subarray(0, 352)), 'NIFTI_TRUNCATED'],
  ])('%s', async (name, bytes, code) => {
    expect(await outcome(name, bytes, cheap)).toBe(code)
    expect(await outcome(name, bytes, full)).toBe(code)
  })

  it('does not take a gzip file of two members for a short one', async () => {
    const bytes = Buffer.concat([gzipSync(image.subarray(0, 5000)), gzipSync(image.subarray(5000))])
    expect(await outcome('members.nii.gz', bytes, cheap)).toBe('no error')
  })

  it('says how many bytes were expected and found', async () => {
    const file = join(folder, 'cut.nii')
    writeFileSync(file, image.subarray(0, 1000))
    const header = await readNiftiHeader(file)
    await expect(checkNiftiSize(header)).rejects.toMatchObject({
      details: { expectedBytes: 40_352, foundBytes: 1000 },
    })
  })
})

describe('verifyNifti', () => {
  it('finds damage that sizes do not show', async () => {
    const damaged = Buffer.from(stored)
    damaged[30_000]! ^= 0x10
    expect(await outcome('damaged.nii.gz', damaged, cheap)).toBe('no error')
    expect(await outcome('damaged.nii.gz', damaged, full)).toBe('GZIP_CORRUPT')
  })
})

describe('storedVoxelBytes', () => {
  it('counts all voxels, components included', async () => {
    const file = join(folder, 'rgb.nii')
    writeFileSync(file, makeImage({ datatype: 128 }, new Uint8Array(24)))
    expect(storedVoxelBytes(await readNiftiHeader(file))).toBe(24)
  })
})
