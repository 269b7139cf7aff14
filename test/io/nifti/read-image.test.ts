import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLimbicError } from '../../../src/core/errors/index.ts'
import { readNifti, readNiftiElements, readVolumes } from '../../../src/io/nifti/index.ts'
import { hasShared, sharedPath } from '../../_shared.ts'
import { bytesOf, codeOf, makeImage, newFolder } from './_files.ts'

const folder = newFolder()

function put(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes)
  return join(folder, name)
}

describe('readNifti', () => {
  const stored = Int16Array.of(-32768, -1, 0, 1, 2, 3, 4, 32767)

  it('applies slope and intercept in float64', async () => {
    const file = put('scaled.nii', makeImage({ slope: 0.1, inter: 5 }, bytesOf(stored)))
    const slope = Math.fround(0.1)
    const { data } = await readNifti(file, { float64: true })
    expect(data).toEqual(Float64Array.from(stored, (value) => value * slope + 5))
    expect((await readNifti(file)).data).toEqual(Float32Array.from(data))
  })

  it.each([0, NaN, Infinity, -Infinity])('takes slope %s for none', async (slope) => {
    const file = put('unscaled.nii', makeImage({ slope, inter: 5 }, bytesOf(stored)))
    expect((await readNifti(file)).data).toEqual(Float32Array.from(stored))
  })

  it('starts where vox_offset says, and ignores what follows the voxels', async () => {
    const image = makeImage(
      { voxOffset: 400 },
      Buffer.concat([new Uint8Array(48), bytesOf(stored), bytesOf(stored)]),
    )
    const expected = Float32Array.from(stored)
    expect((await readNifti(put('offset.nii', image))).data).toEqual(expected)
    expect((await readNifti(put('offset.nii.gz', gzipSync(image)))).data).toEqual(expected)
  })

  it('refuses, before allocating, what a header only claims', async () => {
    const dims = [4, 32767, 32767, 32767, 32767, 1, 1, 1]
    const image = makeImage({ dims }, bytesOf(stored))
    expect(await codeOf(() => readNifti(put('huge.nii', image)))).toBe('NIFTI_TRUNCATED')
    expect(await codeOf(() => readNifti(put('huge.nii.gz', gzipSync(image))))).toBe(
      'NIFTI_TRUNCATED',
    )
  })

  it('refuses more than the caller allows, and a file that shrank too well unless the caller allows it', async () => {
    const small = put('small.nii', makeImage({}, bytesOf(stored)))
    expect(await codeOf(() => readNifti(small, { maxBytes: 31 }))).toBe('NIFTI_TOO_LARGE')
    expect(await codeOf(() => readNifti(small, { maxBytes: 32 }))).toBe('no error')
    const dims = [3, 256, 256, 257, 1, 1, 1, 1]
    const zeros = makeImage({ dims, datatype: 2 }, new Uint8Array(256 * 256 * 257))
    const bomb = put('bomb.nii.gz', gzipSync(zeros))
    expect(await codeOf(() => readNifti(bomb))).toBe('NIFTI_TOO_LARGE')
    expect((await readNifti(bomb, { maxBytes: 2 ** 27 })).data.length).toBe(256 * 256 * 257)
  })

  it('refuses colour, and gives its channels as they are stored', async () => {
    const channels = Uint8Array.from({ length: 24 }, (_, i) => i)
    const file = put('rgb.nii', makeImage({ datatype: 128 }, channels))
    expect(await codeOf(() => readNifti(file))).toBe('NIFTI_UNSUPPORTED')
    expect(await readNiftiElements(file)).toMatchObject({ data: channels, nComponents: 3 })
  })

  it('fails with a LimbicError or gives every voxel, whatever is cut off or changed', async () => {
    const image = makeImage({ dims: [4, 2, 2, 2, 3, 1, 1, 1] }, new Uint8Array(48).fill(7))
    const variants = [image, gzipSync(image)]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...variants),
        fc.nat(),
        fc.nat(),
        fc.nat(255),
        async (bytes, end, at, value) => {
          const changed = Uint8Array.from(bytes.subarray(0, (end % bytes.length) + 1))
          changed[at % changed.length] = value
          const file = put('fuzz.nii', changed)
          try {
            const { header, data } = await readNifti(file)
            expect(data.length).toBe(header.shape.reduce((product, size) => product * size, 1))
          } catch (error) {
            expect(isLimbicError(error), String(error)).toBe(true)
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe.skipIf(!hasShared)('images of other programs', () => {
  const folders = [
    ['data', 'nibabel-tests', 'tests', 'data'],
    ['data', 'nifti-rs', 'resources'],
    ['data', 'nifti-rs', 'resources', '27'],
    ['data', 'nitest-balls1', 'NIFTI'],
  ]
  const files = folders.flatMap((parts) =>
    readdirSync(sharedPath(...parts))
      .filter((name) => /\.nii(\.gz)?$/.test(name))
      .map((name) => sharedPath(...parts, name)),
  )

  it.each(files)('%s', async (file) => {
    const { header, data } = await readNifti(file)
    expect(data.length).toBe(header.shape.reduce((product, size) => product * size, 1))
    let nVolumes = 0
    for await (const volume of readVolumes(file)) {
      const size = volume.data.length
      expect(volume.data).toEqual(data.subarray(nVolumes * size, (nVolumes + 1) * size))
      nVolumes++
    }
    expect(nVolumes).toBe(header.nVolumes)
  })
})
