import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { temporalSnr } from '../../../src/preprocess/quality/index.ts'
import { expectAllClose, fromColumns, noise } from '../_series.ts'

describe('temporalSnr', () => {
  it('is mean over SD', () => {
    const { perVoxel, median } = temporalSnr(
      fromColumns([
        [9, 11, 9, 11],
        [98, 102, 98, 102],
        [5, 5, 5, 5],
        [1, NaN, 1, 2],
      ]),
      0,
    )
    expectAllClose(perVoxel, [10, 50, 0, 0], 1e-9)
    expect(median).toBeCloseTo(30, 9)
  })

  it('does not count drift as noise', () => {
    const series = noise(1, 100, 3, 500)
    const drifting = { ...series, data: series.data.map((x, i) => x + Math.floor(i / 3)) }
    const plain = temporalSnr(series)
    expect(temporalSnr(drifting).median / plain.median).toBeCloseTo(549.5 / 500, 2)
    expect(temporalSnr(drifting, 0).median).toBeLessThan(0.2 * plain.median)
  })

  it('does not depend on the units', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (seed, factor) => {
        const series = noise(seed, 20, 4, 50)
        const scaled = { ...series, data: series.data.map((x) => factor * x) }
        const [a, b] = [temporalSnr(series), temporalSnr(scaled)]
        expectAllClose(b.perVoxel, a.perVoxel, 1e-6)
      }),
      { numRuns: 20 },
    )
  })

  it('is 0 for a run of constants', () => {
    expect(temporalSnr({ data: new Float32Array(40).fill(3), nRows: 10, nCols: 4 }).median).toBe(0)
  })
})
