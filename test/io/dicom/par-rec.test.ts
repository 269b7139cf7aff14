import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isLimbicError } from '../../../src/core/errors/index.ts'
import { assembleParts, readDicomFolder, readParRec } from '../../../src/io/dicom/index.ts'
import { axesOf } from '../../../src/io/dicom/par-frames.ts'
import { parsePar } from '../../../src/io/dicom/parse-par.ts'
import { parText } from './_par-text.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'limbic-par-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const rec = (n: number): Uint8Array =>
  new Uint8Array(Uint16Array.from({ length: n }, (_, i) => i).buffer)

describe('readParRec', () => {
  it('reads two dynamics of two slices, slice by slice, precise or as displayed', async () => {
    const file = join(dir, 'run.PAR')
    const lines = [1, 2].flatMap((slice) => [1, 2].map((dynamic) => ({ slice, dynamic })))
    await writeFile(file, parText(lines.map((line, index) => ({ ...line, index }))))
    await writeFile(join(dir, 'run.REC'), rec(4 * 6))
    const image = await readParRec(file)
    expect(image.header).toMatchObject({
      ...{
        format: 'par-rec',
        vendor: 'philips',
        trSeconds: 2,
        echoTimeSeconds: 0.03,
        rows: 2,
        columns: 3,
      },
      ...{ protocolName: 'WIP faces' },
    })
    const [series] = assembleParts([image])
    expect(series).toMatchObject({ nVolumes: 2, trSeconds: 2, kind: 'magnitude' })
    expect(series!.geometry).toMatchObject({
      shape: [3, 2, 2],
      // Centre at (left 1, posterior 2, superior 3) and 8 mm spacing; pixels of 3 x 4 mm.
      affine: [-3, 0, 0, 2, 0, 4, 0, -4, 0, 0, 8, 3, 0, 0, 0, 1],
    })
    // Value = stored / scale slope 0.5; rows flipped.
    expect([...series!.volumes[1]!.data.slice(0, 6)]).toEqual([18, 20, 22, 12, 14, 16])
    const [display] = assembleParts([image], { intensity: 'display' })
    expect([...display!.volumes[1]!.data.slice(0, 3)]).toEqual([45, 50, 55])
  })

  it('takes files that follow each other for one run, and times in seconds for what they are', async () => {
    const folder = await mkdtemp(join(dir, 'dump-'))
    for (const n of [0, 1, 2]) {
      const name = join(folder, `Dump-000${n}`)
      const slices = [
        { slice: 1, dynamic: 1 },
        { slice: 2, dynamic: 1, index: 1 },
      ]
      await writeFile(`${name}.par`, parText(slices, { tr: '1.5', echo: '0.03' }))
      await writeFile(
        `${name}.rec`,
        rec(12).map((byte, i) => (i % 2 === 0 ? byte + 20 * n : byte)),
      )
    }
    const { series, findings } = await readDicomFolder(folder)
    expect(findings).toEqual([])
    expect(series).toHaveLength(1)
    expect(series[0]).toMatchObject({ nVolumes: 3, trSeconds: 1.5, echoTimeSeconds: 0.03 })
    const firsts: number[] = []
    for await (const { data } of series[0]!.volumes()) firsts.push(data[3]!)
    expect(firsts).toEqual([0, 40, 80])
  })

  it('names a short REC file, a missing one, and what is wrong with the header', async () => {
    const file = join(dir, 'short.par')
    await writeFile(file, parText([{ slice: 1, dynamic: 1 }]))
    await expect(readParRec(file)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    await writeFile(join(dir, 'short.rec'), rec(5))
    await expect(readParRec(file)).rejects.toMatchObject({
      code: 'DICOM_TRUNCATED',
      details: { expectedBytes: 12, foundBytes: 10 },
    })
    for (const text of [
      '',
      'nothing',
      parText([]),
      parText([{ slice: 1, dynamic: 1 }]).replace('V4.2', 'V3'),
    ])
      expect(() => parsePar(text, 'x.par')).toThrowError(
        expect.objectContaining({ code: 'PAR_INVALID' }) as Error,
      )
  })

  it('reads no patient, examination or date', () => {
    const par = parsePar(parText([{ slice: 1, dynamic: 1 }]), 'x.par')
    expect(JSON.stringify(par)).not.toMatch(/secret|2020/i)
  })

  it('gives a header or a LimbicError for damaged text', () => {
    const text = parText([
      { slice: 1, dynamic: 1 },
      { slice: 2, dynamic: 1 },
    ])
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(text.length - 1), fc.string({ maxLength: 3 })), { maxLength: 8 }),
        (edits) => {
          const damaged = edits.reduce(
            (t, [at, by]) => t.slice(0, at) + by + t.slice(at + by.length),
            text,
          )
          try {
            expect(parsePar(damaged, 'x.par').images.length).toBeGreaterThan(0)
          } catch (error) {
            if (!isLimbicError(error)) throw error
          }
        },
      ),
    )
  })
})

describe('axesOf', () => {
  it('turns the axes as Philips does in DICOM, which states both angles and directions', () => {
    // Angles and Image Orientation (Patient) of one Achieva dStream image (studyforrest).
    const [row, column] = axesOf([-0.7503957152366638, -0.847538948059082, -13.138028144836426])
    const stated = [
      0.999804854393, -0.0114281568676, 0.01611445285379, 0.01479053776711, 0.97376281023025,
      -0.2270841896533,
    ]
    ;[...row, ...column].forEach((value, i) => expect(value).toBeCloseTo(stated[i]!, 7))
  })

  it('leaves them where they are without angles', () => {
    expect(
      axesOf([0, 0, 0])
        .flat()
        .map((value) => value + 0),
    ).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1])
  })
})
