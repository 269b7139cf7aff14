import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { indexBids } from '../../../src/io/bids/index.ts'
import { convertFolder } from '../../../src/io/dicom/index.ts'
import { readNifti } from '../../../src/io/nifti/index.ts'
import { dicomBytes, mosaicElements, sliceElements } from './_dicom-bytes.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'limbic-convert-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

async function writeRun(folder: string, numbers: readonly number[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const n of numbers)
    await writeFile(
      join(folder, `${n}.dcm`),
      dicomBytes(
        mosaicElements({
          '00080018': ['UI', `1.${n}`],
          '0008103E': ['LO', 'faces!'],
          '00200013': ['IS', `${n}`],
          '7FE00010': ['OW', [n, n, 2, 2, n, n, 2, 2, 3, 3, 0, 0, 3, 3, 0, 0]],
        }),
      ),
    )
}

describe('convertFolder', () => {
  it('writes image, sidecar and description, which the BIDS reader takes, and nothing personal', async () => {
    const [from, out] = [join(dir, 'a'), join(dir, 'bids')]
    await writeRun(from, [1, 2, 3])
    await writeFile(
      join(from, 'localizer.dcm'),
      dicomBytes(sliceElements({ '0020000E': ['UI', '9.9'] })),
    )
    const { written, findings } = await convertFolder(from, out, {
      subject: '02',
      session: 'a',
      run: 1,
    })
    const image = 'sub-02/ses-a/func/sub-02_ses-a_task-faces_run-1_bold.nii.gz'
    expect(written).toEqual([
      { image, series: 'series 7 (faces!)', shape: [2, 2, 3], nVolumes: 3, trSeconds: 2 },
    ])
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['DICOM_NOT_CONVERTED', 'warning'],
    ])
    const { header, data } = await readNifti(join(out, image))
    expect(header).toMatchObject({ shape: [2, 2, 3, 3], trSeconds: 2, datatype: 4 })
    expect([0, 12, 24].map((at) => data[at])).toEqual([1, 2, 3])
    expect(
      JSON.parse(await readFile(join(out, image.replace('.nii.gz', '.json')), 'utf8')),
    ).toEqual({
      TaskName: 'faces',
      Modality: 'MR',
      Manufacturer: 'SIEMENS',
      SeriesNumber: 7,
      SeriesDescription: 'faces!',
      ImageType: ['ORIGINAL', 'PRIMARY', 'M', 'ND', 'MOSAIC'],
      RepetitionTime: 2,
      EchoTime: 0.03,
      SliceThickness: 5,
      SpacingBetweenSlices: 4,
      SliceTiming: [0, 1, 0.5],
      PhaseEncodingDirection: 'j-',
      ConversionSoftware: 'limbic',
    })
    const dataset = await indexBids(out)
    expect(dataset.subjects).toEqual(['02'])
    for (const name of await readdir(out, { recursive: true })) {
      const bytes = await readFile(join(out, name)).catch(() => Buffer.alloc(0))
      const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
      expect(text).not.toMatch(/secret|1999/i)
    }
  })

  it('never replaces a file, and takes a repetition time that is given', async () => {
    const [from, out] = [join(dir, 'b'), join(dir, 'bids-b')]
    await writeRun(from, [4, 5])
    const first = await convertFolder(from, out, { subject: '1', task: 'x', trSeconds: 0.8 })
    expect(first.written).toMatchObject([
      { trSeconds: 0.8, image: 'sub-1/func/sub-1_task-x_bold.nii.gz' },
    ])
    const again = await convertFolder(from, out, { subject: '1', task: 'x' })
    expect(again.written).toEqual([])
    expect(again.findings[0]!.message).toContain('exists already')
    const sidecar = await readFile(join(out, 'sub-1/func/sub-1_task-x_bold.json'), 'utf8')
    expect(JSON.parse(sidecar)).toMatchObject({ RepetitionTime: 0.8 })
  })

  it('puts events beside their runs, and finds out before it writes when they do not fit', async () => {
    const [from, out] = [join(dir, 'd'), join(dir, 'bids-d')]
    await writeRun(from, [1, 2])
    const table = 'onset\tduration\ttrial_type\n1\t2\tface\n'
    const [events, broken] = [join(dir, 'events.tsv'), join(dir, 'broken.tsv')]
    await writeFile(events, table)
    await writeFile(broken, 'onset\tduration\n1\t2\n')
    const convert = (...files: string[]): ReturnType<typeof convertFolder> =>
      convertFolder(from, out, { subject: '1', events: files })
    await expect(convert(broken)).rejects.toMatchObject({ code: 'TSV_COLUMN_MISSING' })
    await expect(convert(events, events)).rejects.toThrow(
      /one events file for each run, so nothing was written\. Expected 1 events files, in the order of the runs: sub-1_task-faces; found 2: /,
    )
    expect(existsSync(out)).toBe(false)
    expect((await convert(events)).written).toHaveLength(1)
    const copy = join(out, 'sub-1/func/sub-1_task-faces_events.tsv')
    expect(await readFile(copy, 'utf8')).toBe(table)
    expect((await indexBids(out)).runs[0]!.events).toBe(copy)
  })

  it('writes nothing for an incomplete run or an empty folder, and says so', async () => {
    const [from, out] = [join(dir, 'c'), join(dir, 'bids-c')]
    await writeRun(from, [1, 3])
    const incomplete = await convertFolder(from, out, { subject: '1' })
    expect(incomplete.written).toEqual([])
    expect(incomplete.findings.map(({ code }) => code)).toContain('DICOM_SERIES_INCOMPLETE')
    expect(existsSync(out)).toBe(false)
    await mkdir(join(dir, 'empty'))
    const nothing = await convertFolder(join(dir, 'empty'), out, { subject: '1' })
    expect(nothing.findings.map(({ code }) => code)).toEqual(['DICOM_NO_SERIES'])
  })
})
