import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import { parseTsv } from '../../../src/io/tsv.ts'
import { describeConfounds } from '../../../src/pipeline/preprocess/confound-words.ts'
import { defaultPreprocessOptions } from '../../../src/pipeline/preprocess/options.ts'
import {
  computeRunConfounds,
  formatConfounds,
  type RunSeries,
} from '../../../src/pipeline/preprocess/run-confounds.ts'

function makeRun(nVolumes: number, withMotion = true): RunSeries {
  const rng = createRng(3)
  const series = {
    data: Float32Array.from({ length: nVolumes * 400 }, () => 1000 + rng.normal()),
    nRows: nVolumes,
    nCols: 400,
  }
  const motion = { data: new Float64Array(6 * nVolumes), nRows: nVolumes, nCols: 6 }
  motion.data[6 * 5 + 2] = 0.8
  return {
    series,
    motion: withMotion ? motion : undefined,
    trSeconds: 2,
    blank: [],
    bold: 'b.nii.gz',
  }
}

describe('computeRunConfounds', () => {
  it('has motion, its expansion, noise components, cosines and outliers', () => {
    const { table, outliers, findings } = computeRunConfounds(makeRun(80), defaultPreprocessOptions)
    const motion = table.names.filter((name) => /^(trans|rot)_/.test(name))
    expect(motion).toHaveLength(24)
    expect(table.names).toEqual(
      expect.arrayContaining([
        ...[
          'global_signal',
          'dvars',
          'std_dvars',
          'framewise_displacement',
          'cosine00',
          'cosine01',
        ],
        ...['t_comp_cor_00', 't_comp_cor_04', 'motion_outlier00', 'motion_outlier01'],
      ]),
    )
    // There and back: both steps stand out.
    expect(outliers).toEqual([5, 6])
    expect(findings.map(({ code }) => code)).toEqual(['OUTLIER_VOLUMES'])
  })

  it('flags volumes without an image whatever they look like', () => {
    const run = { ...makeRun(80), blank: [40] }
    expect(computeRunConfounds(run, defaultPreprocessOptions).outliers).toEqual([5, 6, 40])
  })

  it('leaves motion out where it was not measured, and components where the run is too short', () => {
    const still = computeRunConfounds(makeRun(80, false), defaultPreprocessOptions).table.names
    expect(still.some((name) => /^(trans|rot|framewise)/.test(name))).toBe(false)
    const short = computeRunConfounds(makeRun(6), defaultPreprocessOptions).table.names
    expect(short.some((name) => name.startsWith('t_comp_cor'))).toBe(false)
  })
})

describe('formatConfounds', () => {
  it('writes a table with n/a for what has no volume before', () => {
    const { table } = computeRunConfounds(makeRun(80), defaultPreprocessOptions)
    const { columns, rows } = parseTsv(formatConfounds(table))
    expect(columns).toEqual(table.names)
    expect(rows).toHaveLength(80)
    const missing = columns.filter((_, j) => rows[0]![j] === 'n/a')
    expect(missing).toEqual(columns.filter((name) => /dvars|framewise|_derivative1/.test(name)))
    expect(rows.slice(1).flat()).not.toContain('n/a')
    const displacement = columns.indexOf('framewise_displacement')
    expect(rows[5]![displacement]).toBe('0.8')
  })
})

describe('describeConfounds', () => {
  it('says what every column is', () => {
    const confounds = computeRunConfounds(makeRun(80), defaultPreprocessOptions)
    const words = describeConfounds(confounds, defaultPreprocessOptions)
    expect(Object.keys(words)).toEqual(confounds.table.names)
    for (const { Description } of Object.values(words)) expect(Description).not.toBe('')
    expect(words.trans_x).toMatchObject({ Units: 'mm' })
    expect(words.cosine00!.Description).toContain('128 s')
  })
})
