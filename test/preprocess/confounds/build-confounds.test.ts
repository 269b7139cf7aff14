import { describe, expect, it } from 'vitest'
import { cleanRun } from '../../../src/preprocess/clean.ts'
import {
  buildConfounds,
  computeDvars,
  globalSignal,
  selectConfounds,
} from '../../../src/preprocess/confounds/index.ts'
import { framewiseDisplacement } from '../../../src/preprocess/motion.ts'
import { columnOf, expectAllClose, fromColumns, meanOf, noise } from '../_series.ts'

const nVolumes = 80
const series = noise(1, nVolumes, 12, 400)
const motion = noise(2, nVolumes, 6)
const sources = { series, trSeconds: 2, motion, noiseVoxels: [0, 1, 2, 3, 4, 5] }

describe('buildConfounds', () => {
  it('names every column, and fills it with what it says', () => {
    const confounds = buildConfounds(sources, { motionModel: 6, keep: 2 })
    expect(confounds.names).toEqual([
      ...['global_signal', 'dvars', 'std_dvars', 'framewise_displacement'],
      ...['trans_x', 'trans_y', 'trans_z', 'rot_x', 'rot_y', 'rot_z'],
      ...['a_comp_cor_00', 'a_comp_cor_01', 'cosine00', 'cosine01'],
    ])
    const column = (name: string): number[] => columnOf(confounds, confounds.names.indexOf(name))
    expect(column('global_signal')).toEqual([...globalSignal(series)])
    expect(column('std_dvars')).toEqual([...computeDvars(series).standardized])
    expect(column('framewise_displacement')).toEqual([...framewiseDisplacement(motion)])
    expect(column('rot_x')).toEqual(columnOf(motion, 3))
    expect(column('cosine00')[0]).toBeCloseTo(
      Math.sqrt(2 / nVolumes) * Math.cos(Math.PI / (2 * nVolumes)),
      12,
    )
  })

  it('leaves out what the sources do not allow', () => {
    const { names } = buildConfounds({ series, trSeconds: 2 }, { highPassHz: 0 })
    expect(names).toEqual(['global_signal', 'dvars', 'std_dvars'])
    expect(buildConfounds(sources).nCols).toBe(3 + 1 + 24 + 5 + 2)
  })

  it('is ready to be cleaned away', () => {
    const confounds = selectConfounds(buildConfounds(sources), ['trans_*', 'cosine*'])
    const cleaned = cleanRun(series, {
      detrend: 'none',
      trSeconds: 2,
      confounds,
      standardize: 'none',
    })
    const x = columnOf(motion, 0)
    const covariance = columnOf(cleaned, 3).reduce(
      (sum, value, t) => sum + (x[t]! - meanOf(x)) * value,
      0,
    )
    expect(covariance).toBeCloseTo(0, 7)
  })

  it('refuses motion of another run', () => {
    expect(() => buildConfounds({ ...sources, motion: noise(3, 79, 6) })).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
  })
})

describe('globalSignal', () => {
  it('leaves out values that are not finite', () => {
    const signal = globalSignal(
      fromColumns([
        [1, NaN, NaN],
        [3, 4, Infinity],
      ]),
    )
    expectAllClose(signal, [2, 4, 0], 0)
  })
})

describe('selectConfounds', () => {
  const confounds = buildConfounds(sources, { motionModel: 12 })

  it('takes names and patterns, each column once', () => {
    const { names } = selectConfounds(confounds, ['*_derivative1', 'rot_x'])
    expect(names).toHaveLength(7)
    expect(names).toContain('rot_x')
    expect(selectConfounds(confounds, ['*']).data).toEqual(confounds.data)
  })

  it('says which names there are', () => {
    expect(() => selectConfounds(confounds, ['trans_x', 'csf'])).toThrow(/trans_x, trans_y.*csf/)
  })
})
