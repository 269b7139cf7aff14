import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { createRng } from '../../src/core/rng.ts'
import { doubleGammaHrf } from '../../src/preprocess/hrf.ts'
import {
  addLatentNoise,
  drawConditionPatterns,
  drawFilm,
  taskResponse,
} from '../../src/simulate/latents.ts'
import { correlation, mean, small } from './_small.ts'

const column = (matrix: { data: Float64Array; nRows: number; nCols: number }, c: number) =>
  Float64Array.from({ length: matrix.nRows }, (_, row) => matrix.data[row * matrix.nCols + c]!)

describe('drawFilm', () => {
  const film = drawFilm(300, 6, doubleGammaHrf(2), createRng(0))

  it('has mean 0 and variance 1 in each dimension', () => {
    for (let dim = 0; dim < 6; dim++) {
      expect(mean(column(film, dim))).toBeCloseTo(0, 10)
      expect(mean(column(film, dim).map((value) => value * value))).toBeCloseTo(1, 10)
    }
  })

  it('is smooth in time and rich in dimensions', () => {
    for (let dim = 0; dim < 6; dim++) {
      const course = column(film, dim)
      expect(correlation(course.slice(1), course.slice(0, -1))).toBeGreaterThan(0.6)
      for (let other = 0; other < dim; other++)
        expect(Math.abs(correlation(course, column(film, other)))).toBeLessThan(0.4)
    }
  })
})

describe('drawConditionPatterns', () => {
  it('makes patterns of the stated length and distance, whatever the share in common', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 30 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 5, noNaN: true }),
        fc.integer(),
        (latentDims, commonShare, effect, seed) => {
          const options = { ...small, latentDims, commonShare, effect, taskAmplitude: 0.5 }
          const { data } = drawConditionPatterns(2, options, createRng(seed))
          const [a, b] = [data.subarray(0, latentDims), data.subarray(latentDims)]
          const length = 0.5 * effect * Math.sqrt(latentDims)
          expect(Math.hypot(...a)).toBeCloseTo(length, 8)
          expect(Math.hypot(...b)).toBeCloseTo(length, 8)
          const distance = Math.hypot(...a.map((value, dim) => value - b[dim]!))
          expect(distance).toBeCloseTo(length * Math.sqrt(2 * (1 - commonShare)), 6)
        },
      ),
    )
  })

  it('evokes nothing in a null dataset', () => {
    const { data } = drawConditionPatterns(2, { ...small, null: true }, createRng(0))
    expect(data.every((value) => value === 0)).toBe(true)
  })
})

describe('taskResponse', () => {
  it('weighs the patterns by the regressors, by hand', () => {
    const regressors = { data: Float64Array.of(1, 0, 0.5, 2), nRows: 2, nCols: 2 }
    const patterns = { data: Float64Array.of(1, 2, 3, 10, 20, 30), nRows: 2, nCols: 3 }
    expect([...taskResponse(regressors, patterns).data]).toEqual([1, 2, 3, 20.5, 41, 61.5])
  })
})

describe('addLatentNoise', () => {
  it('adds noise of the stated SD and autocorrelation, and leaves its argument alone', () => {
    const silence = { data: new Float64Array(20000), nRows: 2000, nCols: 10 }
    const noisy = addLatentNoise(silence, { latentNoiseSd: 0.5, ar1: 0.4 }, createRng(0))
    expect(silence.data.every((value) => value === 0)).toBe(true)
    expect(Math.sqrt(mean(noisy.data.map((value) => value * value)))).toBeCloseTo(0.5, 1)
    const course = column(noisy, 4)
    expect(Math.abs(correlation(course.slice(1), course.slice(0, -1)) - 0.4)).toBeLessThan(0.06)
  })

  it('adds nothing at SD 0', () => {
    const response = { data: Float64Array.of(1, 2, 3, 4), nRows: 2, nCols: 2 }
    const { data } = addLatentNoise(response, { latentNoiseSd: 0, ar1: 0.4 }, createRng(0))
    expect([...data]).toEqual([1, 2, 3, 4])
  })
})
