import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { computeDvars } from '../../../src/preprocess/confounds/index.ts'
import { expectAllClose, fromColumns, meanOf, noise } from '../_series.ts'

describe('computeDvars', () => {
  it('is the root mean square of the steps, in thousandths of the median', () => {
    const series = fromColumns([
      [100, 103, 99, 98],
      [100, 104, 101, 95],
    ])
    const { dvars, standardized } = computeDvars(series)
    // Means 100 and 100; steps 3 and 4, -4 and -3, -1 and -6.
    expectAllClose(
      dvars,
      [0, 10 * Math.sqrt(12.5), 10 * Math.sqrt(12.5), 10 * Math.sqrt(18.5)],
      1e-9,
    )
    // Sorted 98 99 100 103: lower quartiles 98 and 100; 95 100 101 104: 95 and 101.
    const sds = [2 / 1.349, 6 / 1.349]
    const lag = [(3 * -1 + -1 * -2 + 0) / 14, (0 + 4 * 1 + 1 * -5) / 42]
    const expected = meanOf(sds.map((sd, v) => sd * Math.sqrt(2 * (1 - lag[v]!))))
    expectAllClose(
      standardized,
      [0, 12.5, 12.5, 18.5].map((s) => Math.sqrt(s) / expected),
      1e-9,
    )
  })

  it('is about 1 for noise, with or without autocorrelation, whatever its size', () => {
    for (const [ar, scale] of [
      [0, 1],
      [0.5, 300],
    ] as const) {
      const series = noise(1, 400, 60)
      for (let i = 60; i < series.data.length; i++) series.data[i]! += ar * series.data[i - 60]!
      const scaled = { ...series, data: series.data.map((value) => 5000 + scale * value) }
      const { standardized } = computeDvars(scaled)
      expect(meanOf(standardized.slice(1))).toBeCloseTo(1, 1)
    }
  })

  it('does not depend on the order of voxels, nor on constant or broken ones', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const columns = [0, 1, 2, 3].map((k) => [...noise(seed + k, 12, 1, 900).data])
        const plain = computeDvars(fromColumns(columns))
        const broken = columns[0]!.map((value, t) => (t === 3 ? NaN : value))
        const more = fromColumns([broken, ...columns.toReversed(), columns[0]!.map(() => 700)])
        expectAllClose(computeDvars(more).dvars, plain.dvars, 1e-9)
        expectAllClose(computeDvars(more).standardized, plain.standardized, 1e-9)
      }),
      { numRuns: 20 },
    )
  })

  it('is 0 where nothing varies', () => {
    const still = { data: new Float64Array(12).fill(4), nRows: 4, nCols: 3 }
    expect([...computeDvars(still).standardized]).toEqual([0, 0, 0, 0])
    expect([...computeDvars(still).dvars]).toEqual([0, 0, 0, 0])
  })
})
