import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLimbicError } from '../../../src/core/errors/index.ts'
import {
  assembleParts,
  assembleSeries,
  parseDicom,
  type DicomImage,
} from '../../../src/io/dicom/index.ts'
import {
  dicomBytes,
  enhancedElements,
  mosaicElements,
  sliceElements,
  type Elements,
} from './_dicom-bytes.ts'

const parse = (elements: Elements): DicomImage => parseDicom(dicomBytes(elements), 'x.dcm')

/** Slice `z` of volume `t`, numbered as GE does: volume by volume. All its pixels are 10 t + z. */
function slice(t: number, z: number, nSlices: number, changes: Elements = {}): DicomImage {
  const number = t * nSlices + z + 1
  return parse(
    sliceElements({
      '00080018': ['UI', `1.2.3.${number}`],
      '00200013': ['IS', `${number}`],
      '00200032': ['DS', `10\\20\\${30 + 5 * z}`],
      '7FE00010': ['OW', Array(12).fill(10 * t + z) as number[]],
      ...changes,
    }),
  )
}

const run = (nVolumes: number, nSlices: number, changes: Elements = {}): DicomImage[] =>
  Array.from({ length: nVolumes * nSlices }, (_, i) =>
    slice(Math.floor(i / nSlices), i % nSlices, nSlices, changes),
  )

describe('assembleSeries', () => {
  it('puts slices of any order into volumes; rows flipped, RAS', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(run(3, 4), { minLength: 12 }), (images) => {
        const series = assembleSeries(images)
        expect(series.nVolumes).toBe(3)
        series.volumes.forEach(({ data }, t) => {
          expect([0, 1, 2, 3].map((z) => data[12 * z])).toEqual([0, 1, 2, 3].map((z) => 10 * t + z))
        })
      }),
      { numRuns: 30 },
    )
    const { geometry } = assembleSeries(run(1, 2))
    expect(geometry.affine).toEqual([-2, 0, 0, -10, 0, 3, 0, -26, 0, 0, 5, 30, 0, 0, 0, 1])
  })

  it('turns slices that were stored head first', () => {
    const images = run(1, 3).map((image, i) => {
      const [frame] = image.frames
      return { ...image, frames: [{ ...frame!, position: [10, 20, 30 - 5 * i] as const }] }
    })
    const { geometry, volumes } = assembleSeries(images)
    expect(geometry.affine[11]).toBe(20)
    expect([0, 12, 24].map((at) => volumes[0]!.data[at])).toEqual([2, 1, 0])
  })

  it('knows slices that are numbered place by place', () => {
    const images = Array.from({ length: 6 }, (_, i) =>
      slice(i % 3, Math.floor(i / 3), 2, {
        '00200013': ['IS', `${i + 1}`],
        '00080018': ['UI', `1.9.${i}`],
      }),
    )
    const { volumes } = assembleSeries(images)
    expect(volumes.map(({ data }) => [data[0], data[12]])).toEqual([
      [0, 1],
      [10, 11],
      [20, 21],
    ])
  })

  it('names any single missing slice, and nothing else', () => {
    const images = run(4, 5)
    images.forEach((_, lost) => {
      const rest = images.filter((__, i) => i !== lost)
      const place = `volume ${Math.floor(lost / 5) + 1} lacks slice ${(lost % 5) + 1}`
      expect(() => assembleSeries(rest)).toThrowError(
        expect.objectContaining({ code: 'DICOM_SERIES_INCOMPLETE' }) as Error,
      )
      expect(() => assembleSeries(rest)).toThrow(`found ${place}.`)
    })
  })

  it('names a slice that is missing from every volume, and missing volumes', () => {
    const images = run(3, 5)
    const without = (drop: (t: number, z: number) => boolean): DicomImage[] =>
      images.filter((_, i) => !drop(Math.floor(i / 5), i % 5))
    expect(() => assembleSeries(without((_, z) => z === 2))).toThrow(
      'no slice between 35.0 and 45.0 mm',
    )
    expect(() => assembleSeries(without((t) => t === 1))).toThrow('volume 2 is missing')
    const counted = run(2, 3, { '00080070': ['LO', 'Philips'], '20011018': ['SL', 4] })
    expect(() => assembleSeries(counted)).toThrow('only 3 of 4 slices in every volume')
  })

  it('leaves a last volume out when told to, with a warning', () => {
    const images = run(3, 4).slice(0, -2)
    expect(() => assembleSeries(images)).toThrow('volume 3 lacks slices 3, 4')
    const series = assembleSeries(images, { dropLastIncomplete: true })
    expect(series.nVolumes).toBe(2)
    expect(series.findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['DICOM_SERIES_INCOMPLETE', 'warning'],
    ])
    const early = run(3, 4).filter((_, i) => i !== 1)
    expect(() => assembleSeries(early, { dropLastIncomplete: true })).toThrow(
      'volume 1 lacks slice 2',
    )
  })

  it('uses copies once, and says so', () => {
    const images = run(2, 2)
    const series = assembleSeries([...images, images[1]!, images[3]!])
    expect(series.nVolumes).toBe(2)
    expect(series.findings.map(({ code }) => code)).toEqual(['DICOM_DUPLICATE'])
  })

  it('keeps the first of two different mosaics with one number, and says so', () => {
    const images = [1, 2, 2].map((n, i) =>
      parse(mosaicElements({ '00080018': ['UI', `1.${i}`], '00200013': ['IS', `${n}`] })),
    )
    const series = assembleSeries(images)
    expect(series.nVolumes).toBe(2)
    expect(series.findings[0]!.message).toContain('different volumes with one image number')
  })

  it('takes the slices of a localiser apart by orientation, whatever the header counts', () => {
    const planes = ['1\\0\\0\\0\\1\\0', '1\\0\\0\\0\\0\\-1', '0\\1\\0\\0\\0\\-1']
    const images = planes.flatMap((orientation, p) =>
      [0, 1].map((z) =>
        slice(0, 2 * p + z, 6, {
          '00080070': ['LO', 'Philips'],
          '00200032': ['DS', `${5 * z}\\${5 * z}\\${5 * z}`],
          '00200037': ['DS', orientation],
          '20011018': ['SL', 6],
        }),
      ),
    )
    expect(assembleParts(images).map(({ geometry }) => geometry.shape)).toEqual(
      Array(3).fill([4, 3, 2]),
    )
  })

  it('splits a mosaic: tiles, times, phase encoding', () => {
    const series = assembleSeries([parse(mosaicElements())])
    expect(series).toMatchObject({
      ...{ nVolumes: 1, phaseEncodingDirection: 'j-', sliceTimesSeconds: [0, 1, 0.5] },
      ...{ sliceSpacingMm: 4, findings: [] },
    })
    expect(series.geometry).toMatchObject({
      shape: [2, 2, 3],
      affine: [-1, 0, 0, -11, 0, 1, 0, -22, 0, 0, 4, 30, 0, 0, 0, 1],
    })
    expect(series.volumes[0]!.data).toEqual(Int16Array.from([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]))
  })

  it('turns a mosaic, its times and its affine when slices were stored head first', () => {
    const reversed = mosaicElements(
      {},
      { SliceNormalVector: ['0', '0', '-1'], PhaseEncodingDirectionPositive: ['0'] },
    )
    const series = assembleSeries([parse(reversed)])
    expect(series.volumes[0]!.data.filter((_, i) => i % 4 === 0)).toEqual(
      Int16Array.from([3, 2, 1]),
    )
    expect(series.sliceTimesSeconds).toEqual([0.5, 1, 0])
    expect(series.geometry.affine[11]).toBe(22)
    expect(series.phaseEncodingDirection).toBe('j')
  })

  it('names the volume that is missing among mosaics', () => {
    const images = [1, 2, 4, 7].map((n) =>
      parse(mosaicElements({ '00080018': ['UI', `1.${n}`], '00200013': ['IS', `${n}`] })),
    )
    expect(() => assembleSeries(images)).toThrow('volume 3 is missing; volumes 5 to 6 are missing')
  })

  it('finds mosaics that pose as volumes of one slice', () => {
    const unsplit = (t: number, matrix: number): DicomImage =>
      parse(
        sliceElements({
          '00080018': ['UI', `1.4.${t}`],
          '00080070': ['LO', 'SIEMENS'],
          '00181310': ['US', [matrix, 0, 0, matrix]],
          '00200013': ['IS', `${t}`],
          '00280010': ['US', 444],
          '00280011': ['US', 444],
          '7FE00010': ['OW', Array(444 * 444).fill(0) as number[]],
        }),
      )
    const series = assembleSeries([unsplit(1, 74), unsplit(2, 74)])
    expect(series.geometry.shape).toEqual([444, 444, 1])
    expect(series.findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['DICOM_MOSAIC_UNSPLIT', 'error'],
    ])
    expect(series.findings[0]!.message).toContain('found 444 x 444 x 1')
    expect(assembleSeries([unsplit(1, 222)]).findings).toEqual([])
  })

  it('keeps magnitude and phase of an enhanced file apart, each rescaled', () => {
    const image = parse(enhancedElements())
    expect(() => assembleSeries([image])).toThrowError(
      expect.objectContaining({ code: 'DICOM_SERIES_MIXED' }) as Error,
    )
    const [magnitude, phase] = assembleParts([image])
    expect(magnitude!.volumes.map(({ data }) => data)).toEqual([
      Int16Array.from([11, 21]),
      Int16Array.from([12, 22]),
    ])
    expect(phase!.kind).toBe('phase')
    expect(phase!.volumes.map(({ data }) => data)).toEqual([
      Float32Array.from([122, 142]),
      Float32Array.from([124, 144]),
    ])
  })

  it('gives Philips values precise, or as displayed', () => {
    const image = parse(
      sliceElements({
        '00080070': ['LO', 'Philips'],
        '00281052': ['DS', '-6'],
        '00281053': ['DS', '3'],
        '2005100E': ['FL', 0.5],
      }),
    )
    const firstRow = (intensity: 'precise' | 'display'): number[] =>
      [...assembleSeries([image], { intensity }).volumes[0]!.data].slice(8)
    expect(firstRow('display')).toEqual([-6, -3, 0, 3])
    expect(firstRow('precise')).toEqual([-4, -2, 0, 2])
  })

  it('says when volumes moved, and keeps them in one series', () => {
    const images = [0, 0.5].map((shift, t) =>
      parse(
        mosaicElements({
          '00080018': ['UI', `1.${t}`],
          '00200013': ['IS', `${t + 1}`],
          '00200032': ['DS', `${10 + shift}\\20\\30`],
          '00200037': ['DS', t === 0 ? '1\\0\\0\\0\\1\\0' : '1\\0\\0\\0\\0.99985\\0.01745'],
        }),
      ),
    )
    const series = assembleSeries(images)
    expect(series.nVolumes).toBe(2)
    expect(series.findings.map(({ code }) => code)).toEqual(['DICOM_VOLUME_MOVED'])
    expect(series.findings[0]!.message).toContain('0.5')
  })

  it('refuses images of several series, and none', () => {
    const images = ['1.7', '1.8'].map((uid) =>
      parse(sliceElements({ '0020000E': ['UI', uid], '00080018': ['UI', `${uid}.1`] })),
    )
    for (const refused of [images, []])
      expect(() => assembleSeries(refused)).toThrowError(
        expect.objectContaining({ code: 'DICOM_SERIES_MIXED' }) as Error,
      )
  })

  it('tells series and images apart without their UIDs', () => {
    const bare = run(2, 3).map(({ header }) => header.imageKey)
    expect(new Set(bare).size).toBe(6)
    const anonymous = Array.from({ length: 6 }, (_, i) =>
      slice(Math.floor(i / 3), i % 3, 3, { '00080018': ['UI', ''], '0020000E': ['UI', ''] }),
    )
    expect(assembleSeries(anonymous).nVolumes).toBe(2)
  })

  it('gives a series or a LimbicError for any subset of slices', () => {
    const images = run(3, 4)
    fc.assert(
      fc.property(fc.shuffledSubarray(images, { minLength: 1 }), fc.boolean(), (subset, drop) => {
        try {
          const { volumes, geometry } = assembleSeries(subset, { dropLastIncomplete: drop })
          const [nx, ny, nz] = geometry.shape
          for (const { data } of volumes) expect(data.length).toBe(nx * ny * nz)
        } catch (error) {
          if (!isLimbicError(error)) throw error
        }
      }),
    )
  })
})
