import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isLimbicError } from '../../../src/core/errors/index.ts'
import {
  readDicom,
  readDicomFolder,
  sidecarOf,
  type DicomFolder,
  type DicomSeries,
  type DicomVolume,
} from '../../../src/io/dicom/index.ts'
import { readNiftiElements, readNiftiHeader } from '../../../src/io/nifti/index.ts'
import { hasShared, sharedPath } from '../../_shared.ts'
import { dicomBytes, sliceElements } from './_dicom-bytes.ts'
import { compareWithNifti, type Comparison } from './_reference.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'limbic-dicom-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('files of other kinds', () => {
  it('lists them, and reads damaged gzip as what it is', async () => {
    const folder = join(dir, 'others')
    await mkdir(folder)
    await writeFile(join(folder, 'a.par'), 'a parameter file')
    await writeFile(join(folder, 'b'), new Uint8Array(5000))
    await writeFile(join(folder, 'c.gz'), gzipSync(new Uint8Array(9000)))
    await writeFile(join(folder, 'd.gz'), gzipSync(dicomBytes(sliceElements())).subarray(0, -9))
    const { series, findings, otherFiles } = await readDicomFolder(folder)
    expect(series).toEqual([])
    expect(otherFiles).toEqual(['a.par', 'b', 'c.gz'])
    expect(findings.map(({ code }) => code)).toEqual(['GZIP_CORRUPT'])
  })

  it('tells of a problem that many files share in a few words', async () => {
    const folder = join(dir, 'jpeg')
    await mkdir(folder)
    for (let n = 0; n < 9; n++)
      await writeFile(join(folder, `${n}`), dicomBytes(sliceElements(), '1.2.840.10008.1.2.4.90'))
    const { findings } = await readDicomFolder(folder)
    expect(findings.map(({ code }) => code)).toEqual(Array(3).fill('DICOM_UNSUPPORTED'))
    expect(findings[2]!.message).toMatch(/The same holds for 6 more files\.$/)
  })
})

describe('a folder of slices', () => {
  it('gives one series with its volumes in order, however the files are named and compressed', async () => {
    const folder = join(dir, 'slices')
    await mkdir(join(folder, 'deep'), { recursive: true })
    for (let n = 0; n < 6; n++) {
      const bytes = dicomBytes(
        sliceElements({
          '00080018': ['UI', `1.2.3.${n}`],
          '00200013': ['IS', `${n + 1}`],
          '00200032': ['DS', `10\\20\\${30 + 5 * (n % 3)}`],
          '7FE00010': ['OW', Array.from({ length: 12 }, (_, i) => 100 * n + i)],
        }),
      )
      const name = n % 2 === 0 ? `z${9 - n}` : join('deep', `${n}.dcm.gz`)
      await writeFile(join(folder, name), n % 2 === 0 ? bytes : gzipSync(bytes))
    }
    await writeFile(join(folder, 'notes.bin'), 'nothing')
    const { series, findings, otherFiles } = await readDicomFolder(folder)
    expect(findings).toEqual([])
    expect(otherFiles).toEqual(['notes.bin'])
    expect(series).toHaveLength(1)
    expect(series[0]).toMatchObject({ nVolumes: 2, trSeconds: 2, kind: 'magnitude' })
    expect(series[0]!.geometry).toEqual({
      shape: [4, 3, 3],
      affine: [-2, 0, 0, -10, 0, 3, 0, -26, 0, 0, 5, 30, 0, 0, 0, 1],
      voxelSizeMm: [2, 3, 5],
    })
    const volumes = await collect(series[0]!)
    expect(volumes.map(({ index }) => index)).toEqual([0, 1])
    expect([...volumes[1]!.data.slice(0, 12)]).toEqual([
      ...[308, 309, 310, 311, 304, 305, 306, 307, 300, 301, 302, 303],
    ])
  })

  it('says when there is no such folder, and when there is nothing in it', async () => {
    await expect(readDicomFolder(join(dir, 'none'))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    })
  })
})

async function collect(series: DicomSeries): Promise<DicomVolume[]> {
  const volumes: DicomVolume[] = []
  for await (const volume of series.volumes()) volumes.push(volume)
  return volumes
}

/** Folders with reference images, where they lie, and which of Philips' two scalings the references hold. */
const references = [
  { folder: 'dcm_qa_mosaic', images: 'Ref' },
  { folder: 'dcm_qa_nih', images: 'Ref' },
  { folder: 'dcm_qa_stc', images: 'Ref' },
  { folder: 'dcm_qa_enh', images: 'Ref' },
  { folder: 'dcm_qa_philips_enh', images: 'Ref' },
  { folder: 'nitest-balls1', images: 'NIFTI', intensity: 'display' as const },
].map((entry) => ({
  intensity: 'precise' as const,
  ...entry,
  dir: sharedPath('data', entry.folder),
}))

/** This reference mixes slices of the magnitude and of the field map (file order 11, 1, 12, 2, 3, 13, ...): see the test of its own. */
const scrambled = 'fieldmap.nii.gz'

describe.each(references)('$folder (set LIMBIC_SHARED)', ({ dir: data, images, intensity }) => {
  const names = existsSync(data) ? readdirSync(join(data, images)) : []
  const niftis = names.filter((name) => /\.nii(\.gz)?$/.test(name) && name !== scrambled)
  let folder: DicomFolder

  beforeAll(async () => {
    if (niftis.length > 0) folder = await readDicomFolder(data, { intensity })
  })

  // Without the data one test stands for all, skipped by name.
  const cases = niftis.length === 0 ? ['any image'] : niftis
  it.skipIf(niftis.length === 0).each(cases)(
    '%s: every voxel, the affine, times and phase encoding',
    async (name) => {
      const file = join(data, images, name)
      const { series, comparison } = await bestMatch(folder.series, file)
      const header = await readNiftiHeader(file)
      expect(comparison).toMatchObject({ nDifferent: 0, nVolumes: header.nVolumes })
      // The converter of these references places images half a pixel off in both directions of the plane; Philips' own centre of
      // the stack, (2005,1078) to (2005,107A), agrees with ours.
      const halfPixel = data.endsWith('nitest-balls1') ? header.voxelSizeMm[0] / 2 : 0
      expect(Math.abs(comparison.affineErrorMm - halfPixel)).toBeLessThan(
        halfPixel === 0 ? 1e-3 : 0.02,
      )
      expect(comparison.rotationError).toBeLessThan(1e-3)
      if (header.trSeconds !== undefined) expect(series.trSeconds).toBeCloseTo(header.trSeconds, 5)
      const sidecar = file.replace(/\.nii(\.gz)?$/, '.json')
      if (existsSync(sidecar))
        expectSidecar(series, JSON.parse(readFileSync(sidecar, 'utf8')) as Sidecar)
    },
  )
})

type Sidecar = Readonly<Record<string, unknown>>

/** Fields that both sidecars must agree in, to the six digits that the reference holds; one that is absent there must be so here. */
const agreed = ['RepetitionTime', 'EchoTime', 'FlipAngle', 'SliceTiming', 'PhaseEncodingDirection']
const agreedIfStated = [
  ...['EffectiveEchoSpacing', 'TotalReadoutTime', 'MultibandAccelerationFactor', 'SeriesNumber'],
  ...['SpacingBetweenSlices', 'SliceThickness', 'MagneticFieldStrength', 'ManufacturersModelName'],
]

function expectSidecar(series: DicomSeries, reference: Sidecar): void {
  const ours = sixDigits(sidecarOf(series)) as Sidecar
  for (const field of agreed) expect(ours[field], field).toEqual(reference[field])
  for (const field of agreedIfStated)
    if (reference[field] !== undefined && ours[field] !== undefined)
      expect(ours[field], field).toEqual(reference[field])
}

function sixDigits(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(6))
  if (Array.isArray(value)) return value.map(sixDigits)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, sixDigits(entry)]))
}

/** References are named by another program, so the series is found by its voxels. */
async function bestMatch(
  all: readonly DicomSeries[],
  file: string,
): Promise<{ series: DicomSeries; comparison: Comparison }> {
  const header = await readNiftiHeader(file)
  const shape = header.grid.shape.join()
  const fitting = all.filter(
    ({ geometry, nVolumes }) => geometry.shape.join() === shape && nVolumes === header.nVolumes,
  )
  const matches: { series: DicomSeries; comparison: Comparison }[] = []
  for (const series of fitting) {
    const stored = (value: number): number => Math.round((value - header.inter) / header.slope)
    matches.push({ series, comparison: await compareWithNifti(series, file, stored) })
  }
  matches.sort((a, b) => a.comparison.nDifferent - b.comparison.nDifferent)
  expect(matches.length, 'series of this shape').toBeGreaterThan(0)
  return matches[0]!
}

/** Folders with DICOM or PAR/REC files but no image to compare voxels with, and what is looked at instead in a test of their own. */
const withoutReference = [
  'nibabel-tests', // odd single files: read or refused by name
  'pyneal-siemens-ge-philips', // shapes, times, spacing
  'rtcloud-facematching-siemens-mosaic', // shapes, times, order, the truncated file
  'studyforrest-localizer-1block', // shapes, times, neighbouring slices alike
]

describe.skipIf(!hasShared)('the reference data (set LIMBIC_SHARED)', () => {
  it('is all looked at: no folder with scanner files is left out', () => {
    const compared = references.map(({ folder }) => folder)
    const scanned: string[] = []
    for (const folder of readdirSync(sharedPath('data'))) {
      const names = readdirSync(sharedPath('data', folder), {
        recursive: true,
        encoding: 'utf8',
      })
      const isScanner = (name: string): boolean =>
        /\.(dcm|dcm\.gz|ima|rec)$/i.test(name) ||
        /(^|[/\\])(In|DICOM|dicoms)[^/\\]*([/\\]|\.tar\.xz$)/.test(name)
      if (names.some(isScanner)) scanned.push(folder)
    }
    expect(scanned.sort()).toEqual([...compared, ...withoutReference].sort())
    // Of dcm_qa_ge only the converted image is at hand, without the DICOM files it was made of.
    expect(scanned).not.toContain('dcm_qa_ge')
  })
})

const has = (folder: string): boolean => existsSync(sharedPath('data', folder))

describe.skipIf(!has('nitest-balls1'))('nitest-balls1 field map (set LIMBIC_SHARED)', () => {
  it('keeps magnitude and field map apart, whose slices the reference mixes', async () => {
    const data = sharedPath('data', 'nitest-balls1')
    const image = await readDicom(join(data, 'DICOM', 'fieldmap.dcm'))
    expect(image.frames.map(({ kind }) => kind)).toEqual([
      ...(Array(10).fill('magnitude') as string[]),
      ...(Array(10).fill('phase') as string[]),
    ])
    const { data: reference } = await readNiftiElements(join(data, 'NIFTI', scrambled))
    const frames = Array.from({ length: 20 }, (_, f) =>
      image.pixels.slice(6400 * f, 6400 * (f + 1)),
    )
    const sources = Array.from({ length: 10 }, (_, z) =>
      frames.findIndex((frame) => frame.every((value, i) => value === reference[6400 * z + i])),
    )
    expect(sources).toEqual([10, 0, 11, 1, 2, 12, 3, 13, 14, 4])
    const { series } = await readDicomFolder(join(data, 'DICOM'))
    const parts = series.filter(({ header }) => header.seriesNumber === 1101)
    expect(parts.map(({ kind, nVolumes }) => [kind, nVolumes])).toEqual([
      ['magnitude', 1],
      ['phase', 1],
    ])
  })
})

describe.skipIf(!has('rtcloud-facematching-siemens-mosaic'))(
  'rt-cloud mosaics (set LIMBIC_SHARED)',
  () => {
    const data = sharedPath('data', 'rtcloud-facematching-siemens-mosaic')

    it('names the bytes of the truncated file, uses copies once and orders volumes by number', async () => {
      const { series, findings } = await readDicomFolder(data)
      const file = join(data, 'tests', 'test_input', 'trunc_001_000013_000005.dcm')
      await expect(readDicom(file)).rejects.toMatchObject({
        code: 'DICOM_TRUNCATED',
        details: { expectedBytes: 457030, foundBytes: 307200 },
      })
      expect(findings.map(({ code }) => code)).toEqual(['DICOM_TRUNCATED'])
      expect(series).toHaveLength(1)
      expect(series[0]).toMatchObject({
        nVolumes: 10,
        trSeconds: 1.5,
        phaseEncodingDirection: 'j-',
      })
      expect(series[0]!.geometry.shape).toEqual([64, 64, 27])
      expect(series[0]!.sliceTimesSeconds!.slice(0, 3)).toEqual([0, 0.765, 0.0525])
      expect(series[0]!.findings.map(({ code }) => code)).toEqual(['DICOM_DUPLICATE'])
      const starts = (await collect(series[0]!)).map((v) => v.acquiredAtSeconds!)
      const steps = starts.slice(1).map((start, i) => Number((start - starts[i]!).toFixed(4)))
      expect(steps).toEqual(Array(9).fill(1.5))
    })
  },
)

describe.skipIf(!has('pyneal-siemens-ge-philips'))(
  'three vendors in real time (set LIMBIC_SHARED)',
  () => {
    it('assembles GE slices, Siemens mosaics and PAR/REC volumes', async () => {
      const { series, findings } = await readDicomFolder(
        sharedPath('data', 'pyneal-siemens-ge-philips'),
      )
      expect(findings).toEqual([])
      const summary = series.map(
        ({ header, kind, geometry, nVolumes, trSeconds, phaseEncodingDirection }) => [
          ...[header.vendor, header.format, kind, geometry.shape.join(), nVolumes, trSeconds],
          phaseEncodingDirection,
        ],
      )
      expect(summary).toEqual([
        ['ge', 'dicom', 'magnitude', '64,64,18', 3, 1, 'j'],
        ['siemens', 'dicom', 'magnitude', '64,64,18', 3, 1, 'j-'],
        ['philips', 'par-rec', 'phase', '80,80,15', 4, 1, undefined],
        ['philips', 'par-rec', 'magnitude', '80,80,15', 4, 1, undefined],
      ])
      // Three millimetres in the plane; spacing 3.8 and 4 mm, from positions that the vendors round to a tenth.
      for (const { geometry, header } of series) {
        expect(geometry.voxelSizeMm[0]).toBeCloseTo(3, 6)
        expect(geometry.voxelSizeMm[2]).toBeCloseTo(header.vendor === 'philips' ? 4 : 3.8, 1)
      }
    })
  },
)

describe.skipIf(!has('studyforrest-localizer-1block'))(
  'Philips classic (set LIMBIC_SHARED)',
  () => {
    it('assembles 630 slices into 18 volumes', async () => {
      const folder = join(dir, 'studyforrest')
      await mkdir(folder)
      const archive = sharedPath('data', 'studyforrest-localizer-1block', 'dicoms-1block.tar.xz')
      execFileSync('tar', ['xf', archive, '-C', folder])
      const { series, findings } = await readDicomFolder(folder)
      expect(findings).toEqual([])
      expect(series).toHaveLength(1)
      const [only] = series
      expect(only).toMatchObject({
        nVolumes: 18,
        trSeconds: 2,
        phaseEncodingAxis: 'j',
        findings: [],
      })
      expect(only).not.toHaveProperty('phaseEncodingDirection')
      expect(only!.geometry.shape).toEqual([80, 80, 35])
      expect(only!.geometry.voxelSizeMm.map((mm) => Number(mm.toFixed(3)))).toEqual([3, 3, 3.3])
      // Slices of one volume follow each other in space, so neighbours are alike; shuffled ones would not be.
      for await (const { data } of only!.volumes()) {
        expect(correlation(data, 80 * 80)).toBeGreaterThan(0.8)
        expect(data.length).toBe(80 * 80 * 35)
      }
    })
  },
)

/** Correlation of each voxel with the one `step` further. */
function correlation(data: ArrayLike<number>, step: number): number {
  const n = data.length - step
  let [sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0]
  for (let i = 0; i < n; i++) {
    const [x, y] = [data[i]!, data[i + step]!]
    sx += x
    sy += y
    sxx += x * x
    syy += y * y
    sxy += x * y
  }
  return (n * sxy - sx * sy) / Math.sqrt((n * sxx - sx * sx) * (n * syy - sy * sy))
}

describe.skipIf(!has('nibabel-tests'))('odd files of nibabel (set LIMBIC_SHARED)', () => {
  const data = sharedPath('data', 'nibabel-tests', 'nicom', 'tests', 'data')
  const dicoms = existsSync(data)
    ? readdirSync(data).filter((name) => /\.dcm(\.gz)?$/.test(name))
    : []

  it.each(dicoms)('%s is read or refused by name', async (name) => {
    const result = await readDicom(join(data, name)).catch((error: unknown) => error)
    expect(isLimbicError(result) || (result as { frames?: unknown }).frames !== undefined).toBe(
      true,
    )
  })

  it('names what is wrong with each, and splits diffusion mosaics', async () => {
    const { series, findings } = await readDicomFolder(data)
    const codes = findings.map(({ code, message }) => [/([^/\\]+?): /.exec(message)?.[1], code])
    expect(codes).toEqual([
      ['0.dcm', 'DICOM_MOSAIC_INVALID'],
      ['1.dcm', 'DICOM_MOSAIC_INVALID'],
      ['csa_slice_norm.dcm', 'DICOM_FIELD_MISSING'],
      ['slicethickness_empty_string.dcm', 'DICOM_UNSUPPORTED'],
    ])
    expect(findings[3]!.message).toContain('JPEG 2000 Lossless (1.2.840.10008.1.2.4.90)')
    expect(
      series.map(({ header, geometry, nVolumes }) => [
        header.seriesNumber,
        geometry.shape.join(),
        nVolumes,
      ]),
    ).toEqual([
      [7, '128,96,1', 1],
      [12, '128,128,48', 2],
      [301, '256,256,176', 1],
    ])
  })

  it('gives no personal field away', async () => {
    const file = join(data, 'siemens_dwi_0.dcm.gz')
    const { header, frames } = await readDicom(file)
    expect(JSON.stringify([header, frames])).not.toMatch(/1\.3\.12\.2\.1107|20100114/)
  })
})
