import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRunningMoments, standardizeNext } from '../../../src/preprocess/causal.ts'
import {
  createOnlineStandardize,
  onlineSd,
  onlineTsnr,
  standardizeOnline,
  type OnlineStandardizeOptions,
} from '../../../src/preprocess/online/index.ts'
import type { Matrix64 } from '../../../src/core/types.ts'
import { columnOf, expectAllClose, fromColumns, meanOf, noise, sdOf } from '../_series.ts'

function standardizeRun(series: Matrix64, options: OnlineStandardizeOptions) {
  const { data, nRows, nCols } = series
  const state = createOnlineStandardize(nCols, options)
  const volumes = Array.from({ length: nRows }, (_, t) =>
    standardizeOnline(state, data.slice(t * nCols, (t + 1) * nCols), t),
  )
  return { state, volumes }
}

describe('standardizeOnline', () => {
  it('equals the causal standardisation with a running baseline', () => {
    const series = noise(1, 20, 3, 7)
    const { volumes } = standardizeRun(series, {})
    const moments = createRunningMoments(3)
    for (const [t, volume] of volumes.entries())
      expect(volume).toEqual(standardizeNext(moments, series.data.slice(3 * t, 3 * t + 3)))
  })

  it('keeps mean and variance equal to those of the volumes so far', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 80 }), (seed, nVolumes) => {
        const series = noise(seed, nVolumes, 2, 1e4)
        const { state } = standardizeRun(series, {})
        const columns = [0, 1].map((v) => columnOf(series, v))
        expectAllClose(state.moments.mean, columns.map(meanOf), 1e-6)
        expectAllClose(onlineSd(state.moments), columns.map(sdOf), 1e-6)
      }),
      { numRuns: 40 },
    )
  })

  it('measures against a fixed stretch once that is complete', () => {
    const series = fromColumns([
      [9, 1, 3, 1, 3, 6, 2, NaN],
      [9, 4, 4, 4, 4, 6, 2, 4],
    ])
    const { volumes } = standardizeRun(series, { baseline: { from: 1, to: 5 }, minVolumes: 3 })
    // Mean 2 and SD 1 in the first voxel; the second is constant in the baseline.
    expect(volumes.map((volume) => volume[0])).toEqual([0, 0, 0, 0, 0, 4, 0, 0])
    expect(volumes.every((volume) => volume[1] === 0)).toBe(true)
  })

  it('gives the signal-to-noise ratio so far', () => {
    const { state } = standardizeRun(
      fromColumns([
        [9, 11],
        [5, 5],
      ]),
      {},
    )
    expectAllClose(onlineTsnr(state.moments), [10, 0], 1e-12)
  })

  it('refuses a baseline without volumes', () => {
    expect(() => createOnlineStandardize(2, { baseline: { from: 3, to: 2 } })).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    )
  })
})
