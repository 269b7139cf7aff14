import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readNiftiHeader } from '../../../src/io/nifti/index.ts'
import { codeOf, makeHeader, makeImage, newFolder } from './_files.ts'

describe('readNiftiHeader', () => {
  it('reads a single file, plain and compressed, whatever its name says', async () => {
    const folder = newFolder()
    const image = makeImage({}, new Uint8Array(16))
    writeFileSync(join(folder, 'a.nii'), image)
    writeFileSync(join(folder, 'b.nii.gz'), gzipSync(image))
    writeFileSync(join(folder, 'c.nii'), gzipSync(image))
    for (const name of ['a.nii', 'b.nii.gz', 'c.nii']) {
      const file = join(folder, name)
      expect(await readNiftiHeader(file)).toMatchObject({ file, dataFile: file, shape: [2, 2, 2] })
    }
  })

  it('finds the other file of a pair from either, also when only one is compressed', async () => {
    const folder = newFolder()
    const [hdr, img] = [join(folder, 'p.hdr'), join(folder, 'p.img.gz')]
    writeFileSync(hdr, makeHeader({ pair: true }))
    writeFileSync(img, gzipSync(new Uint8Array(16)))
    expect(await readNiftiHeader(hdr)).toMatchObject({ dataFile: img, voxOffset: 0 })
    expect(await readNiftiHeader(img)).toMatchObject({ dataFile: img, imageClass: 'Nifti1Pair' })
    rmSync(img)
    expect(await codeOf(() => readNiftiHeader(hdr))).toBe('FILE_NOT_FOUND')
  })

  it('refuses the magic of a pair in a single file', async () => {
    const file = join(newFolder(), 'x.nii')
    writeFileSync(file, makeHeader({ pair: true }))
    expect(await codeOf(() => readNiftiHeader(file))).toBe('NIFTI_INVALID_HEADER')
  })

  it('reads a compressed file that is cut after its header, and refuses one that is cut inside', async () => {
    const folder = newFolder()
    const image = makeImage({ dims: [3, 40, 40, 40, 1, 1, 1, 1] }, noise(128_000))
    const stored = gzipSync(image)
    writeFileSync(join(folder, 'a.nii.gz'), stored.subarray(0, 50_000))
    writeFileSync(join(folder, 'b.nii.gz'), stored.subarray(0, 30))
    expect((await readNiftiHeader(join(folder, 'a.nii.gz'))).shape).toEqual([40, 40, 40])
    expect(await codeOf(() => readNiftiHeader(join(folder, 'b.nii.gz')))).toBe('GZIP_CORRUPT')
  })

  it('names what is missing or empty', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'empty.nii.gz'), '')
    expect(await codeOf(() => readNiftiHeader(join(folder, 'none.nii')))).toBe('FILE_NOT_FOUND')
    expect(await codeOf(() => readNiftiHeader(join(folder, 'empty.nii.gz')))).toBe('NIFTI_EMPTY')
  })
})

function noise(length: number): Uint8Array {
  let state = 1
  return Uint8Array.from({ length }, () => (state = (state * 48271) % 2147483647) & 255)
}
