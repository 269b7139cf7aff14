import { describe, expect, it } from 'vitest'
import { parseDicom, type DicomImage } from '../../../../src/io/dicom/index.ts'
import {
  createDicomAssembler,
  formatTimeOfDay,
  type AssemblerRule,
} from '../../../../src/realtime/sources/watch/dicom-assembler.ts'
import type { FileContext } from '../../../../src/realtime/sources/watch/parsed-file.ts'
import { dicomBytes, type Elements } from '../../../io/dicom/_dicom-bytes.ts'

const rule: AssemblerRule = {
  pattern: /(?:)/,
  firstIndex: null,
  slices: null,
  series: null,
  patienceMs: 100,
}

const at = (name: string, receivedAtMs = 0): FileContext => ({
  name,
  receivedAtMs,
  isSettled: true,
})

/** A GE-like slice of 2 x 2 pixels: images are counted through the volumes, three slices each. */
function slice(instance: number, change: Elements = {}): DicomImage {
  const elements: Elements = {
    '00080018': ['UI', `1.2.${instance}`],
    '00080070': ['LO', 'GE MEDICAL SYSTEMS'],
    '0020000E': ['UI', '1.2.3'],
    '00200011': ['IS', '4'],
    '00200013': ['IS', String(instance)],
    '00180050': ['DS', '3'],
    '00180080': ['DS', '2000'],
    '00200032': ['DS', `0\\0\\${3 * ((instance - 1) % 3)}`],
    '00200037': ['DS', '1\\0\\0\\0\\1\\0'],
    '00280002': ['US', [1]],
    '00280004': ['CS', 'MONOCHROME2'],
    '00280010': ['US', [2]],
    '00280011': ['US', [2]],
    '00280030': ['DS', '3\\3'],
    '00280100': ['US', [16]],
    '00280101': ['US', [16]],
    '00280103': ['US', [1]],
    '7FE00010': ['OW', [instance, instance, instance, instance + 1]],
    ...change,
  }
  return parseDicom(dicomBytes(elements), `slice${instance}`)
}

describe('slices in files of their own', () => {
  it('become a volume when the last one is there, in any order and interleaved with others', () => {
    const assembler = createDicomAssembler({ ...rule, slices: 3 })
    const order = [2, 4, 1, 6, 3, 5]
    const volumes = order.flatMap((n) => assembler.add(slice(n), at(`s${n}`)).volumes)
    expect(volumes.map(({ index, origin }) => [index, origin])).toEqual([
      [0, 's3'],
      [1, 's5'],
    ])
    // Rows are stored from the last to the first.
    expect([...(volumes[0]?.data ?? [])]).toEqual([1, 2, 1, 1, 2, 3, 2, 2, 3, 4, 3, 3])
    expect(volumes[0]).toMatchObject({ trSeconds: 2, grid: { shape: [2, 2, 3] } })
    expect(assembler.deadlineMs).toBeNull()
  })

  it('are waited for, and reported once when some are missing for long', () => {
    const assembler = createDicomAssembler({ ...rule, slices: 3 })
    assembler.add(slice(1), at('s1', 0))
    assembler.add(slice(2), at('s2', 50))
    expect(assembler.deadlineMs).toBe(150)
    expect(assembler.overdue(149)).toEqual([])
    expect(assembler.overdue(150).map(({ message }) => message)).toEqual([
      expect.stringContaining('found 2 of 3'),
    ])
    expect(assembler.overdue(900)).toEqual([])
    expect(assembler.add(slice(3), at('s3', 950)).volumes).toHaveLength(1)
  })

  it('count once when they come twice, and the first one counts when they differ', () => {
    const assembler = createDicomAssembler({ ...rule, slices: 3 })
    assembler.add(slice(1), at('s1'))
    expect(assembler.add(slice(1), at('s1')).problems).toEqual([])
    const other = slice(1, { '7FE00010': ['OW', [9, 9, 9, 9]] })
    expect(assembler.add(other, at('s1')).problems).toMatchObject([{ code: 'RT_SLICE_CONFLICT' }])
    assembler.add(slice(2), at('s2'))
    const { volumes } = assembler.add(slice(3), at('s3'))
    expect([...(volumes[0]?.data ?? [])].slice(0, 4)).toEqual([1, 2, 1, 1])
  })

  it('need a number of slices', () => {
    expect(() => createDicomAssembler(rule).add(slice(1), at('s1'))).toThrowError(/--slices/)
  })

  it('never fill memory: of many incomplete volumes the oldest is given up, and said so', () => {
    const assembler = createDicomAssembler({ ...rule, slices: 3 })
    const problems = Array.from({ length: 40 }, (_, volume) =>
      assembler.add(slice(1 + 3 * volume), at(`v${volume}`)),
    ).flatMap((result) => result.problems)
    expect(problems).toHaveLength(8)
    expect(problems[0]).toMatchObject({ code: 'RT_VOLUME_INCOMPLETE', details: { volume: 0 } })
  })
})

it('decodes one series, and tells once of each other one', () => {
  const assembler = createDicomAssembler({ ...rule, slices: 1 })
  const other = (n: number): DicomImage =>
    slice(n, { '0020000E': ['UI', '1.2.9'], '00200011': ['IS', '5'] })
  expect(assembler.add(slice(1), at('a')).volumes).toHaveLength(1)
  expect(assembler.add(other(1), at('b')).problems).toMatchObject([{ code: 'RT_SERIES_OTHER' }])
  expect(assembler.add(other(2), at('c'))).toEqual({ volumes: [], problems: [] })

  const chosen = createDicomAssembler({ ...rule, slices: 1, series: 5 })
  expect(chosen.add(slice(1), at('a')).volumes).toEqual([])
  expect(chosen.add(other(1), at('b')).volumes).toHaveLength(1)
})

it('keeps images back that are all zero', () => {
  const blank = slice(1, { '7FE00010': ['OW', [0, 0, 0, 0]] })
  const assembler = createDicomAssembler({ ...rule, slices: 1 })
  expect(assembler.add(blank, at('a'))).toMatchObject({ volumes: [], problems: [] })
  expect(assembler.add(blank, at('a')).blank).toMatch(/zero/)
})

it('writes times of day as scanners do', () => {
  expect(formatTimeOfDay(0)).toBe('00:00:00.000000')
  expect(formatTimeOfDay(86399.999999)).toBe('23:59:59.999999')
})
