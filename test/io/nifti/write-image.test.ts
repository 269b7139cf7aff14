import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  readNifti,
  readNiftiElements,
  writeNifti,
  writeNiftiVolumes,
  type NiftiImage,
} from '../../../src/io/nifti/index.ts'
import { codeOf, identity, newFolder } from './_files.ts'

const folder = newFolder()
const image: NiftiImage = {
  data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  shape: [2, 2, 1, 2],
  affine: [0, -2, 0, 5, 3, 0, 0, 6, 0, 0, 4, 7, 0, 0, 0, 1],
  trSeconds: 1.5,
  descrip: 'made by a test',
}

describe('writeNifti', () => {
  it('writes what it reads', async () => {
    const file = join(folder, 'a.nii')
    await writeNifti(file, image)
    const { header, data } = await readNifti(file)
    expect(data).toEqual(image.data)
    expect(header).toMatchObject({
      shape: [2, 2, 1, 2],
      affine: image.affine,
      voxelSizeMm: [3, 2, 4],
      trSeconds: 1.5,
      descrip: 'made by a test',
      sformCode: 1,
      qformCode: 0,
    })
  })

  it('gives back every element of every type', async () => {
    const arrays = fc.oneof(
      fc.float32Array({ minLength: 1 }),
      fc.float64Array({ minLength: 1 }),
      fc.int8Array({ minLength: 1 }),
      fc.uint8Array({ minLength: 1 }),
      fc.int16Array({ minLength: 1 }),
      fc.uint16Array({ minLength: 1 }),
      fc.int32Array({ minLength: 1 }),
      fc.uint32Array({ minLength: 1 }),
      fc.bigInt64Array({ minLength: 1 }),
      fc.bigUint64Array({ minLength: 1 }),
    )
    await fc.assert(
      fc.asyncProperty(arrays, fc.boolean(), async (data, compressed) => {
        const file = join(folder, compressed ? 'any.nii.gz' : 'any.nii')
        await writeNifti(file, { data, shape: [data.length], affine: identity })
        expect((await readNiftiElements(file)).data).toEqual(data)
      }),
      { numRuns: 60 },
    )
  })

  it('compresses by name, gives the same bytes again, and leaves no partial file', async () => {
    const own = newFolder()
    const names = ['a.nii.gz', 'b.nii.gz', 'c.nii']
    for (const name of names) await writeNifti(join(own, name), image)
    const [a, b, c] = names.map((name) => readFileSync(join(own, name)))
    expect(a!.equals(b!)).toBe(true)
    expect(gunzipSync(a!).equals(c!)).toBe(true)
    expect(readdirSync(own).sort()).toEqual(names)
  })

  it('converts to the type asked for, rounding, and refuses what does not fit', async () => {
    const file = join(folder, 'int.nii')
    const shape = [2]
    await writeNifti(file, {
      data: Float64Array.of(-1.4, 32767),
      shape,
      affine: identity,
      datatype: 4,
    })
    expect((await readNiftiElements(file)).data).toEqual(Int16Array.of(-1, 32767))
    for (const value of [40000, NaN, Infinity]) {
      const data = Float64Array.of(0, value)
      const write = (): Promise<void> =>
        writeNifti(file, { data, shape, affine: identity, datatype: 4 })
      expect(await codeOf(write)).toBe('VALUE_INVALID')
    }
  })

  it.each<[string, string, Partial<NiftiImage>]>([
    ['SHAPE_MISMATCH', 'a.nii', { shape: [2, 2] }],
    ['VALUE_INVALID', 'a.nii', { shape: [40000], data: new Uint8Array(40000) }],
    ['VALUE_INVALID', 'a.nii', { affine: [1, 2, 3] }],
    ['VALUE_INVALID', 'a.nii', { affine: new Array<number>(16).fill(0) }],
    ['VALUE_INVALID', 'a.nii', { datatype: 128 }],
    ['VALUE_INVALID', 'a.img', {}],
  ])('refuses with %s: %s %o', async (code, name, change) => {
    expect(await codeOf(() => writeNifti(join(folder, name), { ...image, ...change }))).toBe(code)
  })
})

describe('writeNiftiVolumes', () => {
  const volumes = [Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6, 7, 8)]
  const rest = {
    shape: image.shape,
    affine: image.affine,
    trSeconds: 1.5,
    descrip: 'made by a test',
  }

  it.each(['streamed.nii', 'streamed.nii.gz'])(
    'gives the bytes of writeNifti: %s',
    async (name) => {
      const [streamed, whole] = [join(folder, name), join(folder, `whole-${name}`)]
      await writeNiftiVolumes(streamed, rest, Readable.from(volumes))
      await writeNifti(whole, image)
      expect(unpacked(streamed)).toEqual(unpacked(whole))
    },
  )

  it('keeps integers as they are', async () => {
    const [streamed, whole] = [join(folder, 'streamed-int.nii'), join(folder, 'whole-int.nii')]
    const data = Int16Array.of(1, -2, 3, -4, 5, -6, 7, 8)
    const both = Readable.from([data.slice(0, 4), data.slice(4)])
    await writeNiftiVolumes(streamed, { ...rest, datatype: 4 }, both)
    await writeNifti(whole, { ...image, data })
    expect(unpacked(streamed)).toEqual(unpacked(whole))
  })

  it.each([
    ['a volume too few', volumes.slice(1)],
    ['another type', [volumes[0]!, Int16Array.of(1, 2, 3, 4)]],
    ['a volume too many', [...volumes, ...volumes]],
    ['another size', [volumes[0]!, Float32Array.of(1)]],
  ])('refuses %s and leaves nothing', async (_, wrong) => {
    for (const name of ['wrong.nii', 'wrong.nii.gz']) {
      const file = join(folder, name)
      const writing = (): Promise<void> => writeNiftiVolumes(file, rest, Readable.from(wrong))
      expect(await codeOf(writing)).toBe('SHAPE_MISMATCH')
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('wrong'))).toEqual([])
  })

  it('hands on the error of the volumes and leaves nothing', async () => {
    const failing = Readable.from(volumes).map((volume: Float32Array) => {
      if (volume[0] === 5) throw new Error('no more')
      return volume
    })
    const file = join(folder, 'failing.nii.gz')
    await expect(writeNiftiVolumes(file, rest, failing)).rejects.toThrow('no more')
    expect(readdirSync(folder).filter((name) => name.startsWith('failing'))).toEqual([])
  })
})

function unpacked(file: string): Buffer {
  const bytes = readFileSync(file)
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes
}
