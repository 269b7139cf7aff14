import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLimbicError } from '../../../src/core/errors/index.ts'
import { assembleParts, parseDicom } from '../../../src/io/dicom/index.ts'
import { sharedPath } from '../../_shared.ts'
import {
  dicomBytes,
  enhancedElements,
  explicitBig,
  explicitLittle,
  implicitLittle,
  mosaicElements,
  sliceElements,
} from './_dicom-bytes.ts'

const code = (bytes: Uint8Array): string => {
  try {
    parseDicom(bytes, 'x.dcm')
    return 'none'
  } catch (error) {
    return isLimbicError(error) ? error.code : String(error)
  }
}

describe('parseDicom', () => {
  it.each([explicitLittle, implicitLittle, explicitBig])('reads a slice in %s', (syntax) => {
    const { header, frames, pixels } = parseDicom(dicomBytes(sliceElements(), syntax))
    expect(pixels).toEqual(new Uint16Array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]))
    expect(header).toMatchObject({
      ...{ rows: 3, columns: 4, trSeconds: 2, echoTimeSeconds: 0.03, seriesNumber: 7 },
      ...{ vendor: 'other', isMosaic: false, bitsStored: 12 },
    })
    expect(frames).toEqual([
      {
        ...{ columns: 4, rows: 3, position: [10, 20, 30], pixelSpacing: [3, 2], kind: 'magnitude' },
        ...{ rowDirection: [1, 0, 0], columnDirection: [0, 1, 0], slope: 1, intercept: 0 },
        ...{ pixelOffset: 0, pixelStride: 4, sliceThicknessMm: 5, echoTimeSeconds: 0.03 },
      },
    ])
  })

  it('reads signed numbers, 8 bits, and a rescale with decimals', () => {
    const changes = {
      '00280103': ['US', 1],
      '00281052': ['DS', '-1.5'],
      '00281053': ['DS', '2.25'],
      '7FE00010': ['OW', Array.from({ length: 12 }, (_, i) => -i)],
    } as const
    const signed = parseDicom(dicomBytes(sliceElements(changes)))
    expect(signed.pixels).toEqual(Int16Array.from({ length: 12 }, (_, i) => -i))
    expect(signed.frames[0]).toMatchObject({ slope: 2.25, intercept: -1.5 })
    const bytes = Uint8Array.from({ length: 12 }, (_, i) => 250 - i)
    const small = sliceElements({ '00280100': ['US', 8], '7FE00010': ['OB', bytes] })
    expect(parseDicom(dicomBytes(small)).pixels).toEqual(bytes)
  })

  it('gives no personal field, identifier or date away', () => {
    const image = parseDicom(
      dicomBytes(
        sliceElements({
          '00080020': ['DA', '20200131'],
          '00080022': ['DA', '20200131'],
          '00080032': ['TM', '101112.5'],
          '00080080': ['LO', 'Secret Hospital'],
          '00080090': ['PN', 'Secret^Doctor'],
          '00200010': ['SH', 'SECRET-STUDY'],
        }),
      ),
    )
    expect(JSON.stringify(image)).not.toMatch(/secret|1999|2020|1\.2\.3/i)
    expect(image.header.acquisitionTimeSeconds).toBe(36672.5)
  })

  it('finds the tiles of a mosaic, the first in the middle of where the whole image would lie', () => {
    const { frames, header } = parseDicom(dicomBytes(mosaicElements()))
    expect(header).toMatchObject({
      ...{ isMosaic: true, nSlicesExpected: 3, sliceTimesSeconds: [0, 1, 0.5] },
      ...{ phaseEncodingAxis: 'column', phaseEncodingPositive: true, acquisitionMatrix: [2, 2] },
    })
    expect(frames.map(({ position }) => position)).toEqual([
      [11, 21, 30],
      [11, 21, 34],
      [11, 21, 38],
    ])
    expect(frames.map(({ pixelOffset }) => pixelOffset)).toEqual([0, 2, 8])
  })

  it('describes every frame of an enhanced file', () => {
    const { frames, header } = parseDicom(dicomBytes(enhancedElements()))
    expect(header.trSeconds).toBe(1.5)
    expect(frames.map(({ kind, timeKey, position }) => [kind[0], timeKey, position[2]])).toEqual([
      ...[2, 4].flatMap((z) => [1, 2].map((time) => ['m', [time], z])),
      ...[2, 4].flatMap((z) => [1, 2].map((time) => ['p', [time], z])),
    ])
  })

  it('names the bytes that a cut file should have, wherever it is cut within its pixels', () => {
    const whole = dicomBytes(sliceElements())
    for (let missing = 1; missing <= 24; missing++)
      expect(() => parseDicom(whole.slice(0, -missing), 'x.dcm')).toThrowError(
        expect.objectContaining({
          code: 'DICOM_TRUNCATED',
          details: {
            file: 'x.dcm',
            expectedBytes: whole.length,
            foundBytes: whole.length - missing,
          },
        }) as Error,
      )
  })

  it('names a pixel element that is shorter than rows and columns need', () => {
    expect(code(dicomBytes(sliceElements({ '7FE00010': ['OW', [1, 2, 3]] })))).toBe(
      'DICOM_TRUNCATED',
    )
  })

  it.each([
    ['1.2.840.10008.1.2.4.70', 'JPEG Lossless, First-Order Prediction'],
    ['1.2.840.10008.1.2.5', 'RLE Lossless'],
    ['1.2.840.10008.1.2.4.90', 'JPEG 2000 Lossless'],
    ['1.2.840.10008.1.2.1.99', 'Deflated'],
  ])('refuses transfer syntax %s by the name %s, with a remedy', (syntax, name) => {
    expect(() => parseDicom(dicomBytes(sliceElements(), syntax))).toThrow(
      new RegExp(`${name}.*gdcmconv`),
    )
  })

  it('says what it cannot use', () => {
    const without = (tag: string): Uint8Array => {
      const rest = Object.fromEntries(
        Object.entries(sliceElements()).filter(([key]) => key !== tag),
      )
      return dicomBytes(rest)
    }
    expect(code(new Uint8Array(0))).toBe('DICOM_INVALID')
    expect(code(new TextEncoder().encode('not a DICOM file'.repeat(20)))).toBe('DICOM_INVALID')
    for (const tag of ['00200032', '00200037', '00280010', '00280030', '00280100', '7FE00010'])
      expect(code(without(tag)), tag).toBe('DICOM_FIELD_MISSING')
    expect(code(dicomBytes(sliceElements({ '00280002': ['US', 3] })))).toBe('DICOM_UNSUPPORTED')
    expect(
      code(dicomBytes(sliceElements({ '00280008': ['IS', '2'], '00280010': ['US', 1] }))),
    ).toBe('DICOM_UNSUPPORTED')
    expect(code(dicomBytes(mosaicElements({}, { NumberOfImagesInMosaic: ['5'] })))).toBe(
      'DICOM_MOSAIC_INVALID',
    )
    expect(
      code(
        dicomBytes(
          enhancedElements({
            '00280008': ['IS', '9'],
            '7FE00010': ['OW', Array(9).fill(0) as number[]],
          }),
        ),
      ),
    ).toBe('DICOM_FIELD_MISSING')
  })

  it('says that a mosaic without its private header cannot be split', () => {
    const bare = mosaicElements({
      '00181310': ['US', [74, 0, 0, 74]],
      '00280010': ['US', 444],
      '00280011': ['US', 444],
      '00291010': ['OB', new Uint8Array(0)],
      '7FE00010': ['OW', Array(444 * 444).fill(0) as number[]],
    })
    expect(() => parseDicom(dicomBytes(bare), 'x.dcm')).toThrow(
      /x\.dcm: The image is a mosaic .* 444 x 444 pixels and no number of tiles, acquired as 74 x 74/,
    )
  })
})

describe('parseDicom on damaged files', () => {
  const real = sharedPath('data', 'dcm_qa_enh', 'In', 'Siemens', 'XA10', '6_1.dcm')
  const samples = [
    dicomBytes(sliceElements()),
    dicomBytes(sliceElements(), implicitLittle),
    dicomBytes(mosaicElements()),
    dicomBytes(enhancedElements()),
    dicomBytes(enhancedElements(), implicitLittle),
    ...(existsSync(real) ? [new Uint8Array(readFileSync(real))] : []),
  ]
  const edits = fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      byte: fc.integer({ min: 0, max: 255 }),
    }),
    { minLength: 1, maxLength: 12 },
  )

  it.each(samples.map((bytes, i) => [i, bytes] as const))(
    'sample %i gives an image or a LimbicError, whatever bytes are changed',
    (_, bytes) => {
      fc.assert(
        fc.property(
          edits,
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.boolean(),
          (changes, cut, isCut) => {
            const end = isCut ? Math.floor(cut * bytes.length) : bytes.length
            const damaged = bytes.slice(0, end)
            for (const { at, byte } of changes) damaged[Math.floor(132 + at * (end - 133))] = byte
            try {
              const image = parseDicom(damaged, 'x.dcm')
              for (const { volumes } of assembleParts([image]))
                expect(volumes.length).toBeGreaterThan(0)
            } catch (error) {
              if (!isLimbicError(error)) throw error
            }
          },
        ),
        { numRuns: 300, seed: 20240131 },
      )
    },
  )

  it('gives an image or a LimbicError for any element length that lies', () => {
    const bytes = dicomBytes(enhancedElements())
    for (let at = 132; at < bytes.length - 4; at++) {
      const damaged = bytes.slice()
      damaged.set([0xff, 0xff, 0xff, 0xff], at)
      const result = code(damaged)
      expect(result).toMatch(/^(none|[A-Z_]+)$/)
    }
  })
})
