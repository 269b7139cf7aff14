import { describe, expect, it } from 'vitest'
import { smoothVolume } from '../../src/preprocess/smooth-volume.ts'
import { expectAllClose, noise } from './_series.ts'

describe('smoothVolume', () => {
  it('agrees with SciPy along one axis, borders mirrored', () => {
    // scipy.ndimage.gaussian_filter1d(x, 1 / sqrt(8 ln 2)) of SciPy 1.17.1
    const wanted = [
      1.22228400922284, 4.610999593109995, 2.0555133595551336, 0.11127085311270853,
      0.3890004068900041, 6.610931778109318,
    ]
    const x = Float64Array.of(1, 5, 2, 0, 0, 7)
    expectAllClose(smoothVolume(x, [6, 1, 1], 1), wanted, 1e-14)
    expectAllClose(smoothVolume(x, [1, 6, 1], 1), wanted, 1e-14)
    expectAllClose(smoothVolume(x, [1, 1, 6], 1), wanted, 1e-14)
  })

  it('keeps the sum, and a constant volume as it is', () => {
    const { data } = noise(1, 1, 60)
    const sum = (values: Float64Array): number => values.reduce((total, x) => total + x, 0)
    expect(sum(smoothVolume(data, [3, 4, 5], 2))).toBeCloseTo(sum(data), 10)
    expectAllClose(
      smoothVolume(new Float32Array(60).fill(7), [3, 4, 5], 2),
      Array<number>(60).fill(7),
      1e-13,
    )
  })

  it('takes values that are not finite for 0', () => {
    const x = Float32Array.of(1, NaN, 2, -Infinity)
    expect(smoothVolume(x, [4, 1, 1], 1)).toEqual(
      smoothVolume(Float32Array.of(1, 0, 2, 0), [4, 1, 1], 1),
    )
  })
})
