import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  causalStandardize,
  createRunningMoments,
  standardizeNext,
} from '../../src/preprocess/causal.ts'
import { columnOf, expectAllClose, fromColumns, meanOf, noise, sdOf } from './_series.ts'

describe('causalStandardize', () => {
  it('standardises each volume by those so far', () => {
    const { data } = causalStandardize(fromColumns([[1, 3, 5, 3]]), { minVolumes: 2 })
    // Means 1, 2, 3, 3; population SDs 0, 1, sqrt(8/3), sqrt(2).
    expectAllClose(data, [0, 1, 2 / Math.sqrt(8 / 3), 0], 1e-15)
  })

  it('equals mean and SD of volumes 0..n, computed afresh', () => {
    const series = noise(1, 40, 3, 500)
    const standardized = causalStandardize(series)
    for (let v = 0; v < 3; v++)
      for (let n = 4; n < 40; n++) {
        const seen = columnOf(series, v).slice(0, n + 1)
        const wanted = (seen[n]! - meanOf(seen)) / sdOf(seen)
        expect(standardized.data[n * 3 + v]).toBeCloseTo(wanted, 9)
      }
  })

  it('knows nothing of later volumes', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 19 }), (seed, n) => {
        const series = noise(seed, 20, 4)
        const changed = series.data.slice()
        changed.fill(1e6, n * 4)
        const before = causalStandardize(series).data.slice(0, n * 4)
        const after = causalStandardize({ ...series, data: changed }).data.slice(0, n * 4)
        expect(after).toEqual(before)
      }),
      { numRuns: 40 },
    )
  })

  it('does not depend on offset and scale of a voxel', () => {
    const series = noise(2, 30, 2)
    const other = { ...series, data: series.data.map((x) => 300 + 4 * x) }
    expectAllClose(causalStandardize(other).data, causalStandardize(series).data, 1e-10)
  })

  it('is silent for the first volumes and for constant voxels, and leaves missing values out', () => {
    const series = fromColumns([
      [1, 2, 1, 2, 1, 9],
      [5, 5, 5, 5, 5, 5],
      [1, 2, NaN, 2, 1, NaN],
    ])
    const standardized = causalStandardize(series)
    expect(columnOf(standardized, 0).slice(0, 4)).toEqual([0, 0, 0, 0])
    expect(standardized.data[5 * 3]).toBeGreaterThan(1)
    expect(columnOf(standardized, 1)).toEqual([0, 0, 0, 0, 0, 0])
    expect(standardized.data.every(Number.isFinite)).toBe(true)
    expect(standardized.data[5 * 3 + 2]).toBe(0)
    const late = causalStandardize(fromColumns([[NaN, NaN, 100, 101, 99, 102]]), { minVolumes: 4 })
    const seen = [100, 101, 99, 102]
    expectAllClose(late.data, [0, 0, 0, 0, 0, (102 - meanOf(seen)) / sdOf(seen)], 1e-12)
  })
})

describe('standardizeNext', () => {
  it('gives the run volume by volume, in the same float type', () => {
    const series = { ...noise(3, 12, 5), data: Float32Array.from(noise(3, 12, 5).data) }
    const moments = createRunningMoments(5)
    const volumes = Array.from({ length: 12 }, (_, t) =>
      standardizeNext(moments, series.data.slice(t * 5, t * 5 + 5)),
    )
    expect(volumes[0]).toBeInstanceOf(Float32Array)
    expect(volumes.flatMap((volume) => [...volume])).toEqual([...causalStandardize(series).data])
    expect(moments.nVolumes).toBe(12)
  })

  it('refuses a volume of another size', () => {
    expect(() => standardizeNext(createRunningMoments(3), new Float32Array(2))).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
  })
})
