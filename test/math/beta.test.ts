import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { betaQuantile, incompleteBeta, logBeta } from '../../src/math/beta.ts'

describe('incompleteBeta', () => {
  it('equals polynomials that can be worked out by hand', () => {
    expect(incompleteBeta(0.3, 2, 1)).toBeCloseTo(0.09, 14)
    expect(incompleteBeta(0.25, 1, 3)).toBeCloseTo(1 - 0.75 ** 3, 14)
  })

  it.each([
    [0.3, 2, 5, 0.5798249999999999],
    [0.999, 2198, 1.5, 0.22150599222095615],
    [0.73, 2198, 1, 3.833950882645864e-301],
    [0.01, 100, 3, 5.0495050000000105e-197],
    [0.6, 1500, 1000, 0.4989141511257843],
    [1e-5, 0.5, 30, 0.019460958645724717],
    [0.2, 15, 15, 0.00014180644939308095],
  ])('I_%d(%d, %d) agrees with 60-digit arithmetic (mpmath 1.3)', (x, a, b, wanted) => {
    expect(Math.abs(incompleteBeta(x, a, b) / wanted - 1)).toBeLessThan(1e-12)
  })

  it('is complementary: I_x(a, b) + I_1-x(b, a) = 1', () => {
    const shape = fc.double({ min: 0.1, max: 300, noNaN: true })
    const unit = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(unit, shape, shape, (x, a, b) => {
        const sum = incompleteBeta(x, a, b) + incompleteBeta(1 - x, b, a, x)
        expect(Math.abs(sum - 1)).toBeLessThan(1e-11)
      }),
    )
  })

  it('gives 0, 1 and NaN at and outside the ends', () => {
    expect(incompleteBeta(0, 2, 3)).toBe(0)
    expect(incompleteBeta(1, 2, 3)).toBe(1)
    expect(incompleteBeta(-0.1, 2, 3)).toBeNaN()
    expect(incompleteBeta(0.5, 0, 3)).toBeNaN()
  })
})

describe('betaQuantile', () => {
  it('inverts the distribution function', () => {
    const shape = fc.double({ min: 1, max: 200, noNaN: true })
    const probability = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true })
    fc.assert(
      fc.property(probability, shape, shape, (p, a, b) => {
        expect(Math.abs(incompleteBeta(betaQuantile(p, a, b), a, b) - p)).toBeLessThan(1e-9)
      }),
    )
  })

  it('gives the ends for 0 and 1, and NaN beyond', () => {
    expect(betaQuantile(0, 2, 3)).toBe(0)
    expect(betaQuantile(1, 2, 3)).toBe(1)
    expect(betaQuantile(1.5, 2, 3)).toBeNaN()
  })
})

describe('logBeta', () => {
  it('equals ln of (a-1)! (b-1)! / (a+b-1)! for integers', () => {
    expect(logBeta(3, 4)).toBeCloseTo(Math.log(1 / 60), 13)
    expect(logBeta(1, 5000)).toBeCloseTo(-Math.log(5000), 12)
    expect(logBeta(0.5, 0.5)).toBeCloseTo(Math.log(Math.PI), 13)
  })
})
