import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { correctSliceTiming, type SliceSchedule } from '../../src/preprocess/slice-timing.ts'
import { columnOf, expectAllClose, fromColumns, noise } from './_series.ts'

const schedule: SliceSchedule = {
  timesSeconds: Float64Array.of(0, 0.5, 1),
  axis: 2,
  trSeconds: 2,
}

describe('correctSliceTiming', () => {
  it('moves a straight line by the shift of its slice', () => {
    const ramp = Array.from({ length: 8 }, (_, t) => 10 + 4 * t)
    const series = fromColumns([ramp, ramp, ramp])
    for (const method of ['linear', 'cubic'] as const) {
      const corrected = correctSliceTiming(series, [0, 1, 2], schedule, { method })
      // Half-way between first and last slice: 0.5 s, a quarter volume, which is 1 of the ramp.
      expectAllClose(columnOf(corrected, 0).slice(0, 7), ramp.map((x) => x + 1).slice(0, 7), 1e-12)
      expectAllClose(columnOf(corrected, 1), ramp, 1e-12)
      expectAllClose(columnOf(corrected, 2).slice(1), ramp.map((x) => x - 1).slice(1), 1e-12)
      expect([corrected.data[7 * 3], corrected.data[2]]).toEqual([38, 10])
    }
  })

  it('follows a parabola and a cubic exactly inside the run', () => {
    const cubic = (t: number): number => 3 - t + 0.5 * t * t - 0.05 * t * t * t
    const series = fromColumns([Array.from({ length: 9 }, (_, t) => cubic(t))])
    const { data } = correctSliceTiming(series, [1], schedule, { referenceSeconds: 1 })
    expectAllClose(
      data.slice(0, 8),
      Array.from({ length: 8 }, (_, t) => cubic(t + 0.25)),
      1e-12,
    )
    const three = correctSliceTiming(fromColumns([[0, 1, 4]]), [1], schedule, {
      referenceSeconds: 1,
    })
    expectAllClose(three.data, [0.0625, 1.5625, 4], 1e-12)
  })

  it('changes nothing in a slice measured at the reference time', () => {
    const series = noise(1, 20, 4)
    const corrected = correctSliceTiming(series, [2, 2, 2, 2], schedule, { referenceSeconds: 1 })
    expect(corrected.data).toEqual(series.data)
    expect(corrected.data).not.toBe(series.data)
  })

  it('treats voxels by themselves, whatever their order', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), (seed, nVoxels) => {
        const series = noise(seed, 7, nVoxels)
        const sliceOf = Array.from({ length: nVoxels }, (_, v) => (v * 7) % 3)
        const all = correctSliceTiming(series, sliceOf, schedule)
        const v = Math.abs(seed) % nVoxels
        const one = correctSliceTiming(fromColumns([columnOf(series, v)]), [sliceOf[v]!], schedule)
        expect(columnOf(all, v)).toEqual([...one.data])
      }),
      { numRuns: 30 },
    )
  })

  it('is linear in the data', () => {
    const [a, b] = [noise(2, 12, 3), noise(3, 12, 3)]
    const sum = { ...a, data: a.data.map((value, i) => 2 * value - 3 * b.data[i]!) }
    const of = (series: typeof a) => correctSliceTiming(series, [0, 1, 2], schedule).data
    const [fa, fb] = [of(a), of(b)]
    expectAllClose(
      of(sum),
      fa.map((value, i) => 2 * value - 3 * fb[i]!),
      1e-12,
    )
  })

  it.each([1, 2, 3, 4])('holds on in a run of %i volumes', (n) => {
    const { data } = correctSliceTiming(noise(4, n, 3), [0, 1, 2], schedule)
    expect(data.every(Number.isFinite)).toBe(true)
    const constant = correctSliceTiming(
      { data: new Float32Array(3 * n).fill(5), nRows: n, nCols: 3 },
      [0, 1, 2],
      schedule,
    )
    expect([...constant.data]).toEqual(new Array(3 * n).fill(5))
    expect(constant.data).toBeInstanceOf(Float32Array)
  })

  it('lets a value that is not finite spoil its own voxel only', () => {
    const series = noise(5, 10, 3)
    series.data[4 * 3] = NaN
    const corrected = correctSliceTiming(series, [0, 1, 2], schedule)
    expect(columnOf(corrected, 0).some(Number.isNaN)).toBe(true)
    expect([1, 2].flatMap((v) => columnOf(corrected, v)).every(Number.isFinite)).toBe(true)
  })

  it.each([
    ['too few slice indices', [0, 1], {}, 'SHAPE_MISMATCH'],
    ['a slice that has no time', [0, 1, 3], {}, 'SLICE_TIMING_INVALID'],
    ['a reference outside the volume', [0, 1, 2], { referenceSeconds: 3 }, 'SLICE_TIMING_INVALID'],
  ])('refuses %s', (_, sliceOf, options, code) => {
    expect(() => correctSliceTiming(noise(6, 5, 3), sliceOf, schedule, options)).toThrow(
      expect.objectContaining({ code }),
    )
  })

  it('refuses slice times longer than the repetition time', () => {
    const long = { ...schedule, timesSeconds: Float64Array.of(0, 1, 2.5) }
    expect(() => correctSliceTiming(noise(7, 5, 3), [0, 1, 2], long)).toThrow(
      expect.objectContaining({ code: 'SLICE_TIMING_INVALID' }),
    )
  })
})
