import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  binomialTest,
  clopperPearsonInterval,
  wilsonInterval,
} from '../../src/evaluate/proportions.ts'

describe('binomialTest', () => {
  it('sums outcomes', () => {
    expect(binomialTest(3, 3, 0.5)).toBeCloseTo(1 / 8, 14)
    expect(binomialTest(0, 3, 0.5, 'less')).toBeCloseTo(1 / 8, 14)
    expect(binomialTest(3, 3, 0.5, 'two-sided')).toBeCloseTo(2 / 8, 14)
    expect(binomialTest(2, 4, 0.5, 'two-sided')).toBeCloseTo(1, 14)
    expect(binomialTest(0, 0, 0.5, 'two-sided')).toBe(1)
  })

  it('agrees with adding up the probabilities of outcomes no more probable', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 25 }),
        fc.nat(25),
        fc.constantFrom(0.25, 0.5, 0.7),
        (n, k, p) => {
          fc.pre(k <= n)
          const probability = (i: number): number => {
            let choose = 1
            for (let j = 0; j < i; j++) choose = (choose * (n - j)) / (j + 1)
            return choose * p ** i * (1 - p) ** (n - i)
          }
          const all = Array.from({ length: n + 1 }, (_, i) => probability(i))
          const expected = all.filter((q) => q <= all[k]! * (1 + 1e-7)).reduce((a, b) => a + b, 0)
          expect(binomialTest(k, n, p, 'two-sided')).toBeCloseTo(expected, 10)
        },
      ),
    )
  })
})

describe('intervals of a proportion', () => {
  it('lie around the share, and end at 0 and 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(400), (n, k) => {
        fc.pre(k <= n)
        for (const interval of [wilsonInterval, clopperPearsonInterval]) {
          const [low, high] = interval(k, n, 0.99)
          expect(low).toBeGreaterThanOrEqual(0)
          expect(low).toBeLessThanOrEqual(k / n)
          expect(high).toBeGreaterThanOrEqual(k / n)
          expect(high).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  it('are exact where a formula is at hand', () => {
    // With no hit in n trials the upper Clopper-Pearson limit solves (1 - p)^n = 0.025.
    const [low, high] = clopperPearsonInterval(0, 10)
    expect(low).toBe(0)
    expect(high).toBeCloseTo(1 - 0.025 ** (1 / 10), 12)
    const z2 = 1.959963984540054 ** 2
    expect(wilsonInterval(0, 10)[1]).toBeCloseTo(z2 / (10 + z2), 12)
  })
})
