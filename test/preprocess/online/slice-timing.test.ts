import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  correctNextSlices,
  createCausalSliceTiming,
  formatSliceApproximation,
} from '../../../src/preprocess/online/slice-timing.ts'
import { correctSliceTiming, type SliceSchedule } from '../../../src/preprocess/slice-timing.ts'
import { expectAllClose, noise } from '../_series.ts'

const schedule: SliceSchedule = {
  timesSeconds: Float64Array.of(0, 0.5, 1.5),
  axis: 2,
  trSeconds: 2,
}

describe('correctNextSlices', () => {
  it('equals the linear correction of the whole run, from the second volume on', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 20 }), (seed, nRows) => {
        const series = noise(seed, nRows, 3)
        const options = { method: 'linear', referenceSeconds: 0 } as const
        const whole = correctSliceTiming(series, [0, 1, 2], schedule, options)
        const timing = createCausalSliceTiming([0, 1, 2], schedule)
        for (let t = 0; t < nRows; t++) {
          const volume = series.data.subarray(3 * t, 3 * t + 3)
          const { volume: corrected } = correctNextSlices(timing, volume, t)
          // The first volume is held where a line would need one before it: numpy holds it too.
          expectAllClose(corrected, whole.data.subarray(3 * t, 3 * t + 3), 1e-12)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('follows a polynomial of its degree exactly', () => {
    const cubic = (t: number): number => 1 - 2 * t + 0.3 * t * t + 0.1 * t * t * t
    const timing = createCausalSliceTiming([2], schedule, { degree: 3 })
    const degrees = [0, 1, 2, 3, 4].map((t) => {
      const { volume, approximation } = correctNextSlices(timing, Float64Array.of(cubic(t)), t)
      if (t >= 3) expect(volume[0]).toBeCloseTo(cubic(t - 0.75), 10)
      return approximation.degree
    })
    expect(degrees).toEqual([0, 1, 2, 3, 3])
  })

  it('holds what would have to be guessed ahead, and says so', () => {
    const timing = createCausalSliceTiming([0, 1, 2, 2], schedule, { referenceSeconds: 0.5 })
    correctNextSlices(timing, Float32Array.of(1, 1, 1, 1), 0)
    const { volume, approximation } = correctNextSlices(timing, Float32Array.of(2, 2, 2, 3), 1)
    expect([...volume]).toEqual([2, 2, 1.5, 2])
    expect(volume).toBeInstanceOf(Float32Array)
    expect(approximation).toEqual({ degree: 1, nExact: 1, nInterpolated: 2, nHeld: 1 })
    expect(formatSliceApproximation(approximation)).toBe(
      'straight line through 2 volumes (2 voxels), held as measured (1 voxels), measured at the reference time (1 voxels)',
    )
  })

  it('starts anew after a lost volume', () => {
    const timing = createCausalSliceTiming([2], schedule, { degree: 2 })
    const next = (value: number, index: number) =>
      correctNextSlices(timing, Float64Array.of(value), index)
    for (const t of [0, 1, 2]) next(t, t)
    const after = next(9, 4)
    expect(after.approximation).toEqual({ degree: 0, nExact: 0, nInterpolated: 0, nHeld: 1 })
    expect(after.volume[0]).toBe(9)
    expect(next(10, 5).volume[0]).toBeCloseTo(9.25, 12)
  })

  it('does not depend on what happens to the volume afterwards', () => {
    const timing = createCausalSliceTiming([2], schedule)
    const volume = Float64Array.of(4)
    correctNextSlices(timing, volume, 0)
    volume[0] = 1e6
    expect(correctNextSlices(timing, Float64Array.of(8), 1).volume[0]).toBeCloseTo(5, 12)
  })

  it('refuses volumes of another size and times outside the volume', () => {
    const timing = createCausalSliceTiming([0, 1], schedule)
    expect(() => correctNextSlices(timing, new Float32Array(3), 0)).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
    expect(() => createCausalSliceTiming([0], schedule, { referenceSeconds: -1 })).toThrow(
      expect.objectContaining({ code: 'SLICE_TIMING_INVALID' }),
    )
  })
})
