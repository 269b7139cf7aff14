import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import { onlineDetrendSchema, type OnlineDetrendPolicy } from '../../../src/core/schemas/session.ts'
import type { Calibration } from '../../../src/evaluate/protocol/calibration.ts'
import { createLiveDetrend } from '../../../src/realtime/decode/live-detrend.ts'
import type { LiveVolume } from '../../../src/realtime/decode/live-preprocessor.ts'

const calibration: Pick<Calibration, 'selection' | 'scaler'> = {
  selection: {
    kind: 'selection',
    fittedOn: [],
    mode: 'shared',
    voxels: Int32Array.of(1, 3),
    f: Float64Array.of(1, 1),
  },
  scaler: {
    kind: 'scaler',
    fittedOn: [],
    mean: Float64Array.of(500, 700),
    sd: Float64Array.of(5, 7),
  },
}
const settings = (changes: Partial<OnlineDetrendPolicy>): OnlineDetrendPolicy =>
  onlineDetrendSchema.parse({ trendFrom: 3, minVolumes: 4, ...changes })
const volume = (...data: number[]): LiveVolume => ({
  data: Float32Array.from(data),
  motion: null,
  parameters: null,
})

describe('createLiveDetrend', () => {
  it('gives nothing before there are enough volumes, then the selected voxels on the calibration mean', () => {
    const next = createLiveDetrend(settings({}), calibration)
    const given = [0, 1, 2, 3, 4].map((t) => next(volume(9, 100 + 10 * t, 9, 50 - 3 * t), t))
    expect(given.slice(0, 3)).toEqual([null, null, null])
    // A straight line is all drift.
    expect(Array.from(given[4]!)).toEqual([9, 500, 9, 700])
  })

  it('equals a least-squares line through the volumes so far', () => {
    const rng = createRng(3)
    const values = Array.from({ length: 12 }, (_, t) => 1000 + 4 * t + rng.normal())
    const next = createLiveDetrend(settings({}), calibration)
    values.forEach((value, t) => {
      const given = next(volume(0, value, 0, 1), t)
      if (given === null) return
      const seen = values.slice(0, t + 1).map((y) => Math.fround(y))
      const [mx, my] = [t / 2, seen.reduce((a, b) => a + b) / seen.length]
      const slope =
        seen.reduce((sum, y, x) => sum + (x - mx) * (y - my), 0) /
        seen.reduce((sum, _, x) => sum + (x - mx) ** 2, 0)
      expect(given[1]).toBeCloseTo(500 + seen[t]! - my - slope * (t - mx), 3)
    })
  })

  it('in units of the run’s own spread when asked to, so that the decoder’s scaling gives z-scores', () => {
    const rng = createRng(5)
    const next = createLiveDetrend(settings({ standardize: true, trendFrom: false }), calibration)
    const values = Array.from({ length: 400 }, () => 100 + 20 * rng.normal())
    const scaled = values.flatMap((value, t) => {
      const given = next(volume(0, value, 0, value), t)
      return given === null || t < 200 ? [] : [(given[1]! - 500) / 5]
    })
    const sd = Math.sqrt(scaled.reduce((sum, z) => sum + z * z, 0) / scaled.length)
    expect(sd).toBeGreaterThan(0.9)
    expect(sd).toBeLessThan(1.1)
  })

  it('against a fixed baseline once that is complete', () => {
    const next = createLiveDetrend(
      settings({ baseline: { from: 1, to: 4 }, trendFrom: false, minVolumes: 1 }),
      calibration,
    )
    const given = [70, 10, 20, 30, 26].map((value, t) => next(volume(0, value, 0, 5 + t), t))
    expect(given.slice(0, 4)).toEqual([null, null, null, null])
    expect(given[4]![1]).toBe(506)
  })

  it('leaves the volume that it was given as it was', () => {
    const next = createLiveDetrend(settings({ minVolumes: 1 }), calibration)
    const first = volume(1, 2, 3, 4)
    next(first, 0)
    next(first, 1)
    expect(Array.from(first.data)).toEqual([1, 2, 3, 4])
  })
})
