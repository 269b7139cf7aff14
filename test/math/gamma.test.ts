import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gammaPdf, logGamma } from '../../src/math/gamma.ts'

describe('logGamma', () => {
  it('is the logarithm of a factorial at whole numbers', () => {
    expect(logGamma(1)).toBe(0)
    expect(logGamma(2)).toBe(0)
    expect(logGamma(7)).toBeCloseTo(Math.log(720), 13)
  })

  // scipy.special.gammaln of SciPy 1.17.1
  it.each([
    [1e-3, 6.907178885383853],
    [0.5, 0.5723649429247],
    [3.7, 1.428072326665388],
    [171.3, 708.1149470389971],
    [-0.5, 1.265512123484647],
    [-2.3, 0.3695666634550072],
  ])('agrees with SciPy at %d', (x, wanted) => {
    expect(Math.abs(logGamma(x) - wanted)).toBeLessThan(1e-13 * Math.max(1, Math.abs(wanted)))
  })

  it('obeys gamma(x + 1) = x gamma(x)', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 150, noNaN: true }), (x) => {
        const step = logGamma(x + 1) - logGamma(x)
        expect(Math.abs(step - Math.log(x))).toBeLessThan(1e-12 * Math.max(1, logGamma(x + 1)))
      }),
    )
  })

  it('has poles at 0 and the negative integers', () => {
    expect([0, -1, -2].map(logGamma)).toEqual([Infinity, Infinity, Infinity])
    expect(logGamma(Infinity)).toBe(Infinity)
    expect(logGamma(NaN)).toBeNaN()
  })
})

describe('gammaPdf', () => {
  // scipy.stats.gamma.pdf of SciPy 1.17.1
  it.each([
    [5, 6, 1, 0.17546736976785068],
    [3.3, 12 / 0.9, 0.9, 0.00023161547427723357],
    [0.2, 0.5, 2, 0.8071711293576809],
  ])('agrees with SciPy at x = %d, shape %d, scale %d', (x, shape, scale, wanted) => {
    expect(gammaPdf(x, shape, scale)).toBeCloseTo(wanted, 12)
  })

  it('has a density of 1 over its support', () => {
    let sum = 0
    for (let x = 0; x < 60; x += 0.01) sum += gammaPdf(x, 6) * 0.01
    expect(sum).toBeCloseTo(1, 10)
  })

  it('is 0 below the support and has the right limit at 0', () => {
    expect(gammaPdf(-1, 6)).toBe(0)
    expect([gammaPdf(0, 0.5), gammaPdf(0, 1, 4), gammaPdf(0, 2)]).toEqual([Infinity, 0.25, 0])
  })
})
