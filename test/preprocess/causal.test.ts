import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createRunningMoments,
  standardizeNext,
  type CausalOptions,
} from '../../src/preprocess/causal.ts'
import type { Matrix64 } from '../../src/core/types.ts'
import { columnOf, expectAllClose, fromColumns, meanOf, noise, sdOf } from './_series.ts'

/** A run, volume by volume. */
function standardizeRun({ data, nRows, nCols }: Matrix64, options?: CausalOptions): Matrix64 {
  const moments = createRunningMoments(nCols)
  const volumes = Array.from({ length: nRows }, (_, t) =>
    standardizeNext(moments, data.slice(t * nCols, (t + 1) * nCols), options),
  )
  return { data: Float64Array.from(volumes.flatMap((volume) => [...volume])), nRows, nCols }
}

describe('standardizeNext', () => {
  it('standardises each volume by those so far', () => {
    const { data } = standardizeRun(fromColumns([[1, 3, 5, 3]]), { minVolumes: 2 })
    // Means 1, 2, 3, 3; population SDs 0, 1, sqrt(8/3), sqrt(2).
    expectAllClose(data, [0, 1, 2 / Math.sqrt(8 / 3), 0], 1e-15)
  })

  it('equals mean and SD of volumes 0..n, computed afresh', () => {
    const series = noise(1, 40, 3, 500)
    const standardized = standardizeRun(series)
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
        const before = standardizeRun(series).data.slice(0, n * 4)
        const after = standardizeRun({ ...series, data: changed }).data.slice(0, n * 4)
        expect(after).toEqual(before)
      }),
      { numRuns: 40 },
    )
  })

  it('does not depend on offset and scale of a voxel', () => {
    const series = noise(2, 30, 2)
    const other = { ...series, data: series.data.map((x) => 300 + 4 * x) }
    expectAllClose(standardizeRun(other).data, standardizeRun(series).data, 1e-10)
  })

  it('is silent for the first volumes and for constant voxels, and leaves missing values out', () => {
    const series = fromColumns([
      [1, 2, 1, 2, 1, 9],
      [5, 5, 5, 5, 5, 5],
      [1, 2, NaN, 2, 1, NaN],
    ])
    const standardized = standardizeRun(series)
    expect(columnOf(standardized, 0).slice(0, 4)).toEqual([0, 0, 0, 0])
    expect(standardized.data[5 * 3]).toBeGreaterThan(1)
    expect(columnOf(standardized, 1)).toEqual([0, 0, 0, 0, 0, 0])
    expect(standardized.data.every(Number.isFinite)).toBe(true)
    expect(standardized.data[5 * 3 + 2]).toBe(0)
    const late = standardizeRun(fromColumns([[NaN, NaN, 100, 101, 99, 102]]), { minVolumes: 4 })
    const seen = [100, 101, 99, 102]
    expectAllClose(late.data, [0, 0, 0, 0, 0, (102 - meanOf(seen)) / sdOf(seen)], 1e-12)
  })

  it('keeps the float type, and the statistics in float64', () => {
    const series = noise(3, 12, 5)
    const data = Float32Array.from(series.data)
    const moments = createRunningMoments(5)
    const volumes = Array.from({ length: 12 }, (_, t) =>
      standardizeNext(moments, data.slice(t * 5, t * 5 + 5)),
    )
    expect(volumes[0]).toBeInstanceOf(Float32Array)
    const wanted = standardizeRun({ ...series, data: Float64Array.from(data) })
    expect(volumes.flatMap((volume) => [...volume])).toEqual([...Float32Array.from(wanted.data)])
    expect(moments.nVolumes).toBe(12)
  })

  it('refuses a volume of another size', () => {
    expect(() => standardizeNext(createRunningMoments(3), new Float32Array(2))).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
  })
})
