import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLimbicError } from '../../../src/core/errors/index.ts'
import { parseNiftiHeader } from '../../../src/io/nifti/index.ts'
import { makeHeader, type HeaderFields } from './_files.ts'

const kinds: HeaderFields[] = [1, 2].flatMap((version) =>
  [false, true].map((bigEndian) => ({ version: version as 1 | 2, bigEndian })),
)

describe('parseNiftiHeader', () => {
  it.each(kinds)('reads %o', (kind) => {
    const header = parseNiftiHeader(
      makeHeader({
        ...kind,
        dims: [4, 3, 4, 5, 6, 1, 1, 1],
        datatype: 512,
        pixdim: [1, 2, 2, 2, 1500, 0, 0, 0],
        srow: [2, 0, 0, -10, 0, 2, 0, -20, 0, 0, 2, -30],
        slope: 0.5,
        inter: -1,
        xyztUnits: 2 | 16,
      }),
      'x.nii',
    )
    expect(header).toMatchObject({
      file: 'x.nii',
      shape: [3, 4, 5, 6],
      datatype: 512,
      bitpix: 16,
      bigEndian: kind.bigEndian,
      slope: 0.5,
      inter: -1,
      affine: [2, 0, 0, -10, 0, 2, 0, -20, 0, 0, 2, -30, 0, 0, 0, 1],
      grid: { shape: [3, 4, 5] },
      nVolumes: 6,
      voxelSizeMm: [2, 2, 2],
      trSeconds: 1.5,
      zooms: [2, 2, 2, 1500],
      imageClass: `Nifti${kind.version}Image`,
      voxOffset: kind.version === 1 ? 352 : 544,
    })
  })

  it('reads a Node Buffer at an odd offset', () => {
    const bytes = makeHeader()
    const buffer = Buffer.alloc(bytes.length + 1)
    buffer.set(bytes, 1)
    expect(parseNiftiHeader(buffer.subarray(1)).shape).toEqual([2, 2, 2])
  })

  it.each([
    ['seconds', 8, 2, 2],
    ['milliseconds', 16, 2000, 2],
    ['microseconds', 24, 2_000_000, 2],
    ['no unit: seconds', 0, 2, 2],
    ['hertz', 32, 2, undefined],
    ['0', 8, 0, undefined],
  ])('gives the repetition time in seconds: %s', (_name, xyztUnits, step, seconds) => {
    const pixdim = [1, 1, 1, 1, step, 0, 0, 0]
    const header = makeHeader({ dims: [4, 2, 2, 2, 9, 1, 1, 1], pixdim, xyztUnits })
    expect(parseNiftiHeader(header).trSeconds).toBe(seconds)
  })

  it('gives no repetition time for one volume of three dimensions', () => {
    expect(parseNiftiHeader(makeHeader()).trSeconds).toBeUndefined()
  })

  it('reads the sform of a file whose qform code is the higher one', () => {
    const srow = [3, 0, 0, 1, 0, 3, 0, 2, 0, 0, 3, 3]
    const header = parseNiftiHeader(makeHeader({ srow, sformCode: 1, qformCode: 2 }))
    expect(header.affine.slice(0, 12)).toEqual(srow)
  })

  it.each<[string, HeaderFields]>([
    ['dim[0]', { dims: [0, 1, 1, 1, 1, 1, 1, 1] }],
    ['dim[0]', { dims: [8, 1, 1, 1, 1, 1, 1, 1] }],
    ['dim[2]', { dims: [3, 1, 0, 1, 1, 1, 1, 1] }],
    ['dim[1]', { version: 2, bigEndian: true, dims: [3, -1, 1, 1, 1, 1, 1, 1] }],
    ['datatype', { datatype: 1536 }],
    ['vox_offset', { voxOffset: 100 }],
    ['vox_offset', { voxOffset: 352.5 }],
    ['vox_offset', { voxOffset: NaN }],
    ['vox_offset', { version: 2, voxOffset: 352 }],
    ['scl_inter', { slope: 2, inter: Infinity }],
    ['the sform', { srow: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0] }],
    ['quatern', { sformCode: 0, qformCode: 1, quaternion: [1, 1, 1] }],
    ['pixdim', { sformCode: 0, pixdim: [1, 0, 1, 1, 1, 1, 1, 1] }],
  ])('refuses a wrong %s and names it: %o', (field, fields) => {
    expect(() => parseNiftiHeader(makeHeader(fields))).toThrow(field)
  })

  it('says what an empty or foreign file is not', () => {
    expect(() => parseNiftiHeader(new Uint8Array(0), 'x.nii')).toThrowErrorMatchingInlineSnapshot(
      `[LimbicError: x.nii: The image file is empty. Expected a NIfTI header and voxels; found 0 bytes. Try: Fetch the file again; in a DataLad or git-annex dataset run \`datalad get\` on it first.]`,
    )
    const html = new TextEncoder().encode('<!DOCTYPE html>'.padEnd(600))
    expect(() => parseNiftiHeader(html, 'x.nii')).toThrowErrorMatchingInlineSnapshot(
      `[LimbicError: x.nii: The NIfTI header cannot be used: sizeof_hdr is wrong. Expected 348 (NIfTI-1) or 540 (NIfTI-2) in the first four bytes; found 1329865020. Try: Check that this is a NIfTI-1 or NIfTI-2 file, and convert it again from DICOM (dcm2niix) if it is.]`,
    )
  })

  it('never fails otherwise than with a LimbicError, whatever the bytes', () => {
    const random = fc.uint8Array({ maxLength: 600 })
    const nearly = fc
      .tuple(
        fc.constantFrom(...kinds),
        fc.array(fc.tuple(fc.nat(543), fc.nat(255)), { maxLength: 40 }),
      )
      .map(([kind, changes]) => {
        const bytes = makeHeader(kind)
        // The size and the magic stay, so that the fields behind them are reached.
        for (const [at, value] of changes) if (at > 11 && (at < 344 || at > 347)) bytes[at] = value
        return bytes
      })
    fc.assert(
      fc.property(fc.oneof(random, nearly), (bytes) => {
        try {
          const { shape, affine } = parseNiftiHeader(bytes)
          expect(shape.every((size) => size >= 1)).toBe(true)
          expect(affine.every(Number.isFinite)).toBe(true)
        } catch (error) {
          expect(isLimbicError(error), String(error)).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
