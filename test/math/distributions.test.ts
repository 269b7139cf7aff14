import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  binomialUpperTail,
  fUpperTail,
  normalCdf,
  normalQuantile,
  studentTQuantile,
  studentTTwoSided,
} from '../../src/math/distributions.ts'

const relativeError = (got: number, wanted: number): number => Math.abs(got / wanted - 1)

describe('fUpperTail', () => {
  it('has a closed form for two numerator degrees of freedom', () => {
    for (const f of [0.2, 1, 7.5, 300])
      expect(relativeError(fUpperTail(f, 2, 87), (1 + (2 * f) / 87) ** -43.5)).toBeLessThan(1e-12)
  })

  it.each([
    [50, 1, 30, 7.319404864841288e-8],
    [400, 3, 4396, 9.888890036163324e-230],
    [1e5, 7, 152, 6.171605300696421e-275],
    [1e-3, 4, 20, 0.9999978035165705],
  ])('P(F >= %d) with (%d, %d) df agrees with 60-digit arithmetic', (f, d1, d2, wanted) => {
    expect(relativeError(fUpperTail(f, d1, d2), wanted)).toBeLessThan(1e-12)
  })

  it('falls as F grows', () => {
    const df = fc.integer({ min: 1, max: 5000 })
    const value = fc.double({ min: 0, max: 50, noNaN: true })
    fc.assert(
      fc.property(value, value, df, df, (f, more, d1, d2) => {
        expect(fUpperTail(f + more, d1, d2)).toBeLessThanOrEqual(fUpperTail(f, d1, d2) + 1e-12)
      }),
    )
  })

  it('is 0 for an infinite F and NaN for NaN', () => {
    expect(fUpperTail(Infinity, 2, 30)).toBe(0)
    expect(fUpperTail(NaN, 2, 30)).toBeNaN()
  })
})

/** P(T <= t). */
function studentTCdf(t: number, df: number): number {
  const outside = studentTTwoSided(t, df) / 2
  return t > 0 ? 1 - outside : outside
}

describe("Student's t", () => {
  it('is the Cauchy distribution with one degree of freedom', () => {
    for (const t of [-30, -1, 0.4, 5])
      expect(studentTCdf(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 14)
  })

  it.each([
    [0.975, 10, 2.228138851986274],
    [0.995, 4, 4.604094871349992],
    [0.51, 2, 0.028289929799333573],
    [1e-12, 7, -104.02182926264722],
    [0.3, 500, -0.5247349868132483],
  ])('quantile %d with %d df agrees with scipy 1.17', (p, df, wanted) => {
    expect(relativeError(studentTQuantile(p, df), wanted)).toBeLessThan(1e-12)
  })

  it('quantile inverts the distribution function', () => {
    const probability = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true })
    fc.assert(
      fc.property(probability, fc.integer({ min: 1, max: 400 }), (p, df) => {
        expect(Math.abs(studentTCdf(studentTQuantile(p, df), df) - p)).toBeLessThan(1e-10)
      }),
    )
  })

  it('keeps its accuracy in the tails', () => {
    expect(relativeError(studentTTwoSided(-40, 25), 2 * 1.734990138879579e-24)).toBeLessThan(1e-12)
    expect(studentTQuantile(0.5, 3)).toBe(0)
    expect(studentTQuantile(0, 3)).toBe(-Infinity)
    expect(studentTQuantile(1, 3)).toBe(Infinity)
    expect(studentTQuantile(-1, 3)).toBeNaN()
  })
})

describe('normal', () => {
  it.each([
    [-37, 5.725571222524577e-300],
    [-8, 6.220960574271784e-16],
    [-3, 0.0013498980316300946],
    [-0.1, 0.460172162722971],
    [2.9, 0.998134186699616],
  ])('P(Z <= %d) agrees with 60-digit arithmetic', (z, wanted) => {
    expect(relativeError(normalCdf(z), wanted)).toBeLessThan(1e-12)
  })

  it('quantile inverts the distribution function', () => {
    fc.assert(
      fc.property(fc.double({ min: -36, max: 5, noNaN: true }), (z) => {
        expect(Math.abs(normalQuantile(normalCdf(z)) - z)).toBeLessThan(1e-9)
      }),
    )
  })

  it('handles the ends', () => {
    expect(normalQuantile(0)).toBe(-Infinity)
    expect(normalQuantile(1)).toBe(Infinity)
    expect(normalQuantile(2)).toBeNaN()
    expect(normalCdf(-50)).toBe(0)
    expect(normalCdf(NaN)).toBeNaN()
  })
})

describe('binomialUpperTail', () => {
  it('sums the probabilities', () => {
    expect(binomialUpperTail(8, 10, 0.5)).toBeCloseTo((45 + 10 + 1) / 1024, 14)
    expect(relativeError(binomialUpperTail(300, 500, 0.333), 2.7310330775620716e-34)).toBeLessThan(
      1e-11,
    )
  })

  it('is 1 for no hits and 0 for more hits than trials', () => {
    expect(binomialUpperTail(0, 5, 0.2)).toBe(1)
    expect(binomialUpperTail(6, 5, 0.2)).toBe(0)
  })
})
