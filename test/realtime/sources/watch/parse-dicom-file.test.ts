/** Every real series that is at hand, as its files would arrive: the volumes equal those of the offline reader. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readDicomFolder, type DicomVolume } from '../../../../src/io/dicom/index.ts'
import {
  createDicomAssembler,
  type AssemblerRule,
} from '../../../../src/realtime/sources/watch/dicom-assembler.ts'
import {
  parseDicomFile,
  parseParFile,
} from '../../../../src/realtime/sources/watch/parse-dicom-file.ts'
import type { ArrivedVolume } from '../../../../src/realtime/volume-source.ts'
import { sharedPath } from '../../../_shared.ts'
import { newFolder } from '../_nifti.ts'

const rule: AssemblerRule = {
  pattern: /(?:)/,
  firstIndex: null,
  slices: null,
  series: null,
  patienceMs: 100,
}

const rtCloud = sharedPath(
  'data/rtcloud-facematching-siemens-mosaic/projects/sample/dicomDir/20190219.0219191_faceMatching.0219191_faceMatching',
)
const pyneal = sharedPath('data/pyneal-siemens-ge-philips')
const context = (name: string, isSettled = true) => ({ name, receivedAtMs: 1, isSettled })

/** Streams the files of a folder in the order of a seeded shuffle. */
async function stream(dir: string, files: readonly string[]): Promise<ArrivedVolume[]> {
  const assembler = createDicomAssembler(rule)
  const volumes: ArrivedVolume[] = []
  const shuffled = files.toSorted((a, b) => scramble(a) - scramble(b))
  for (const name of shuffled) {
    const parsed = /\.par$/i.test(name)
      ? await parseParFile(join(dir, name), assembler, context(name))
      : parseDicomFile(readFileSync(join(dir, name)), assembler, context(name))
    if (parsed.kind !== 'volumes') throw new Error(`${name}: ${JSON.stringify(parsed)}`)
    expect(parsed.problems).toEqual([])
    volumes.push(...parsed.volumes)
  }
  return volumes.toSorted((a, b) => a.index - b.index)
}

const bytesOf = (data: Float32Array): Buffer =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength)

const scramble = (name: string): number =>
  [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7)

async function expectAsOffline(
  dir: string,
  files: readonly string[],
  volumes: readonly ArrivedVolume[],
): Promise<void> {
  const { series } = await readDicomFolder(dir)
  const run = series.find(
    (one) => one.kind === 'magnitude' && one.files.some((file) => basename(file) === files[0]),
  )
  const offline: DicomVolume[] = []
  for await (const volume of run!.volumes()) offline.push(volume)
  expect(volumes).toHaveLength(offline.length)
  offline.forEach(({ data }, i) => {
    expect(bytesOf(volumes[i]!.data).equals(bytesOf(Float32Array.from(data)))).toBe(true)
    expect(volumes[i]!.grid.shape).toEqual(run!.geometry.shape)
    expect(volumes[i]!.grid.affine).toEqual(run!.geometry.affine)
    expect(volumes[i]!.trSeconds).toBe(run!.trSeconds ?? null)
  })
}

const names = (dir: string, pattern = /(?:)/): string[] =>
  readdirSync(dir).filter((name) => pattern.test(name))

describe('series as they arrive', () => {
  it('Siemens mosaics of rt-cloud, by their headers', async () => {
    // The file of number 0 is a copy of that of number 10.
    const files = names(rtCloud).filter((name) => !name.endsWith('000000.dcm'))
    const volumes = await stream(rtCloud, files)
    expect(volumes.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(volumes[0]?.acquiredAt).toBe('12:47:50.327500')
    await expectAsOffline(rtCloud, files, volumes)
  })

  it('Siemens mosaics of Pyneal', async () => {
    const dir = join(pyneal, 'Siemens_env/funcData')
    const volumes = await stream(dir, names(dir))
    expect(volumes.map(({ index }) => index)).toEqual([0, 1, 2])
    await expectAsOffline(dir, names(dir), volumes)
  })

  it('GE slices of Pyneal, one file each', async () => {
    const dir = join(pyneal, 'GE_env/funcData/s1925')
    const volumes = await stream(dir, names(dir))
    expect(volumes.map(({ index }) => index)).toEqual([0, 1, 2])
    await expectAsOffline(dir, names(dir), volumes)
  })

  it('Philips PAR/REC of Pyneal, one pair for each volume', async () => {
    const dir = join(pyneal, 'Philips_env/funcData/0001')
    const files = names(dir, /\.par$/)
    const volumes = await stream(dir, files)
    expect(volumes.map(({ index }) => index)).toEqual([0, 1, 2, 3])
    await expectAsOffline(dir, files, volumes)
  })

  it('GE slices with temporal positions', async () => {
    const dir = sharedPath('data/dcm_qa_stc/In/GE/TriggerTime/4_epi_ascending')
    const volumes = await stream(dir, names(dir))
    expect(volumes.map(({ index }) => index)).toEqual(Array.from({ length: 16 }, (_, i) => i))
    await expectAsOffline(dir, names(dir), volumes)
  })

  it('enhanced files of Siemens XA, one for each volume', async () => {
    const dir = sharedPath('data/dcm_qa_enh/In/Siemens/XA10')
    const volumes = await stream(dir, names(dir, /\.dcm$/))
    expect(volumes.map(({ index }) => index)).toEqual([0, 1, 2, 3])
    await expectAsOffline(dir, names(dir, /\.dcm$/), volumes)
  })

  describe('Philips classic slices of studyforrest, one file each', () => {
    let dir = ''
    beforeAll(() => {
      const folder = newFolder()
      const archive = sharedPath('data/studyforrest-localizer-1block/dicoms-1block.tar.xz')
      execFileSync('tar', ['-xf', archive, '-C', folder])
      dir = join(folder, 'dicoms')
    })

    it('make 18 volumes of 35 slices', async () => {
      // Six files hold localisers of another kind.
      const { series } = await readDicomFolder(dir)
      const run = series.find(({ nVolumes }) => nVolumes === 18)
      const files = run!.files.map((file) => basename(file))
      expect(files).toHaveLength(18 * 35)
      const volumes = await stream(dir, files)
      expect(volumes.map(({ index }) => index)).toEqual(Array.from({ length: 18 }, (_, i) => i))
      await expectAsOffline(dir, files, volumes)
    })
  })
})

describe('files that are no images, or not yet', () => {
  const mosaic = readFileSync(join(rtCloud, '001_000013_000005.dcm'))

  it('the truncated mosaic of rt-cloud waits', () => {
    const file = sharedPath(
      'data/rtcloud-facematching-siemens-mosaic/tests/test_input/trunc_001_000013_000005.dcm',
    )
    const parsed = parseDicomFile(readFileSync(file), createDicomAssembler(rule), context('t.dcm'))
    expect(parsed).toEqual({ kind: 'incomplete', found: '307200 of 457030 bytes' })
  })

  it('every beginning of a mosaic waits', () => {
    for (let share = 0; share < 1; share += 0.05) {
      const bytes = mosaic.subarray(0, Math.floor(share * mosaic.length))
      const parsed = parseDicomFile(bytes, createDicomAssembler(rule), context('t.dcm'))
      expect(parsed.kind).toBe('incomplete')
    }
  })

  it('a mosaic with reserved space in place of its last slice is doubtful unless it is settled', () => {
    const reserved = Uint8Array.from(mosaic)
    // 384 columns of two bytes; the last of 27 slices lies in the fifth row of tiles.
    reserved.fill(0, mosaic.length - 384 * 2 * 128)
    const assembler = createDicomAssembler(rule)
    expect(parseDicomFile(reserved, assembler, context('a', false)).kind).toBe('doubtful')
    expect(parseDicomFile(mosaic, assembler, context('a', false)).kind).toBe('volumes')
    const blank = Uint8Array.from(mosaic).fill(0, mosaic.length - 384 * 2 * 384)
    expect(parseDicomFile(blank, assembler, context('a')).kind).toBe('incomplete')
    expect(parseDicomFile(new Uint8Array(5000), assembler, context('a')).kind).toBe('incomplete')
  })

  it('other files are unusable', () => {
    const parsed = parseDicomFile(
      new TextEncoder().encode('no image '.repeat(100)),
      createDicomAssembler(rule),
      context('notes'),
    )
    expect(parsed).toMatchObject({ kind: 'unusable', problem: { code: 'RT_FILE_UNUSABLE' } })
  })

  it('a PAR file waits for its REC file', async () => {
    const par = join(newFolder(), 'Dump-0000.par')
    const source = join(pyneal, 'Philips_env/funcData/0001/Dump-0000.par')
    execFileSync('cp', [source, par])
    const parsed = await parseParFile(par, createDicomAssembler(rule), context('Dump-0000.par'))
    expect(parsed.kind).toBe('incomplete')
  })
})
