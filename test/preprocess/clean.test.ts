import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanRun, type CleanOptions } from '../../src/preprocess/clean.ts'
import { columnOf, expectAllClose, fromColumns, meanOf, noise, sdOf } from './_series.ts'

const linear = { detrend: 'linear', standardize: 'none', trSeconds: 2 } as const
const ramp = (n: number): number[] => Array.from({ length: n }, (_, t) => t)

describe('cleanRun', () => {
  it('takes a line away', () => {
    const { data } = cleanRun(fromColumns([[1, 2, 3, 6]]), linear)
    // The best line through 1, 2, 3, 6 is 0.6 + 1.6 t.
    expectAllClose(data, [0.4, -0.2, -0.8, 0.6], 1e-14)
  })

  it('standardises by n, by n - 1, and in percent of the mean', () => {
    const series = fromColumns([[8, 12, 8, 12]])
    const standardized = (standardize: CleanOptions['standardize']): number[] => [
      ...cleanRun(series, { detrend: 'none', standardize, trSeconds: 2 }).data,
    ]
    expectAllClose(standardized('zscore'), [-1, 1, -1, 1], 1e-15)
    const sample = Math.sqrt(3 / 4)
    expectAllClose(standardized('zscore-sample'), [-sample, sample, -sample, sample], 1e-15)
    expectAllClose(standardized('psc'), [-20, 20, -20, 20], 1e-14)
    expect(standardized('none')).toEqual([8, 12, 8, 12])
  })

  it('takes out slow waves and leaves fast ones', () => {
    const slow = ramp(100).map((t) => Math.cos((Math.PI / 100) * (t + 0.5) * 2))
    const fast = ramp(100).map((t) => Math.cos((Math.PI / 100) * (t + 0.5) * 40))
    const cleaned = cleanRun(fromColumns([slow, fast]), {
      detrend: 'none',
      highPassHz: 1 / 100,
      standardize: 'none',
      trSeconds: 2,
    })
    expectAllClose(columnOf(cleaned, 0), new Array<number>(100).fill(0), 1e-12)
    expectAllClose(columnOf(cleaned, 1), fast, 1e-12)
  })

  const anyOptions = fc.record({
    seed: fc.integer(),
    detrend: fc.constantFrom('none' as const, 'linear' as const, { polynomial: 3 }),
    highPassHz: fc.constantFrom(0, 0.01, 0.02),
    nConfounds: fc.integer({ min: 0, max: 4 }),
  })

  it('is idempotent, and what is left is orthogonal to every confound', () => {
    fc.assert(
      fc.property(anyOptions, ({ seed, detrend, highPassHz, nConfounds }) => {
        const confounds = noise(seed + 1, 40, nConfounds, 5)
        const options = {
          detrend,
          highPassHz,
          confounds,
          standardize: 'none',
          trSeconds: 2,
        } as const
        const once = cleanRun(noise(seed, 40, 5, 100), options)
        expectAllClose(cleanRun(once, options).data, once.data, 1e-11)
        for (let v = 0; v < 5; v++)
          for (let k = 0; k < nConfounds; k++) {
            const residual = columnOf(once, v)
            const confound = columnOf(confounds, k)
            const mean = meanOf(confound)
            const product = residual.reduce((sum, x, t) => sum + x * (confound[t]! - mean), 0)
            expect(Math.abs(product)).toBeLessThan(1e-10)
          }
      }),
      { numRuns: 40 },
    )
  })

  it('is blind to anything added along what it removes', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: -50, max: 50, noNaN: true }), (seed, weight) => {
        const series = noise(seed, 30, 3)
        const confounds = noise(seed + 1, 30, 2)
        const shifted = series.data.map((x, i) => {
          const t = Math.floor(i / 3)
          return x + weight * (1 + t + confounds.data[2 * t]!)
        })
        const options = { ...linear, confounds, standardize: 'zscore' } as const
        const found = cleanRun({ ...series, data: shifted }, options)
        expectAllClose(found.data, cleanRun(series, options).data, 1e-10)
      }),
      { numRuns: 40 },
    )
  })

  it('cleans each voxel by itself, whatever its neighbours and its place', () => {
    const series = noise(9, 25, 70, 10)
    const together = cleanRun(series, { ...linear, standardize: 'zscore-sample' })
    for (const v of [0, 31, 32, 69]) {
      const alone = cleanRun(fromColumns([columnOf(series, v)]), {
        ...linear,
        standardize: 'zscore-sample',
      })
      expect([...alone.data]).toEqual(columnOf(together, v))
    }
  })

  it('keeps the mean without drift terms, even beside confounds with a mean', () => {
    const series = noise(10, 50, 2, 100)
    const cleaned = cleanRun(series, {
      detrend: 'none',
      standardize: 'none',
      trSeconds: 2,
      highPassHz: 0.01,
      confounds: noise(11, 50, 3, 7),
    })
    for (const v of [0, 1])
      expect(meanOf(columnOf(cleaned, v))).toBeCloseTo(meanOf(columnOf(series, v)), 11)
  })

  it('sets voxels without a signal to 0 and names them', () => {
    const T = 24
    const good = columnOf(noise(12, T, 1, 50), 0)
    const columns = [
      good,
      new Array<number>(T).fill(0),
      new Array<number>(T).fill(1000.1),
      ramp(T).map((t) => 0.3 + 0.7 * t),
      good.with(5, NaN),
      good.with(5, -Infinity),
    ]
    for (const standardize of ['none', 'zscore', 'zscore-sample', 'psc'] as const) {
      const cleaned = cleanRun(fromColumns(columns), { ...linear, standardize })
      expect([...cleaned.degenerateVoxels]).toEqual([1, 2, 3, 4, 5])
      for (let v = 1; v < columns.length; v++)
        expect(columnOf(cleaned, v)).toEqual(new Array(T).fill(0))
      expect(sdOf(columnOf(cleaned, 0))).toBeGreaterThan(0.1)
    }
  })

  it('tells small signals from rounding noise: 1e-12 around 0 is a signal, 1e-9 around 1e6 none', () => {
    const tiny = columnOf(noise(13, 30, 1), 0)
    const cleaned = cleanRun(
      fromColumns([tiny.map((x) => x * 1e-12), tiny.map((x) => 1e6 + x * 1e-9)]),
      { detrend: 'none', standardize: 'zscore', trSeconds: 2 },
    )
    expect([...cleaned.degenerateVoxels]).toEqual([1])
    expect(sdOf(columnOf(cleaned, 0))).toBeCloseTo(1, 12)
  })

  it('has no percent of a mean of 0', () => {
    const series = fromColumns([[1, -1, 1, -1]])
    const { data, degenerateVoxels } = cleanRun(series, {
      detrend: 'none',
      standardize: 'psc',
      trSeconds: 2,
    })
    expect([...data]).toEqual([0, 0, 0, 0])
    expect([...degenerateVoxels]).toEqual([0])
  })

  it('leaves a constant as it is when nothing is asked of it', () => {
    const { data } = cleanRun(fromColumns([[7, 7, 7]]), { ...linear, detrend: 'none' })
    expect([...data]).toEqual([7, 7, 7])
  })

  it('reads and writes float32, with sums in float64', () => {
    const series = noise(14, 60, 10, 1000)
    const single = { ...series, data: Float32Array.from(series.data) }
    const options = { ...linear, standardize: 'zscore' } as const
    const wanted = cleanRun({ ...series, data: Float64Array.from(single.data) }, options).data
    expect(cleanRun(single, options).data).toEqual(wanted)
    expect(cleanRun(single, { ...options, output: 'float32' }).data).toEqual(
      Float32Array.from(wanted),
    )
  })

  it('does not change its input', () => {
    const series = noise(15, 12, 4)
    const before = series.data.slice()
    cleanRun(series, { ...linear, standardize: 'zscore' })
    expect(series.data).toEqual(before)
  })
})
