import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  adjustBenjaminiHochberg,
  adjustBonferroni,
  adjustHolm,
  ascendingOrder,
} from '../../src/evaluate/multiple-tests.ts'

describe('corrections', () => {
  it('can be worked out by hand', () => {
    const p = [0.01, 0.04, 0.03]
    expect([...adjustBonferroni(p)]).toEqual([0.03, 0.12, 0.09])
    expect([...adjustHolm(p)]).toEqual([0.03, 0.06, 0.06])
    expect([...adjustBenjaminiHochberg(p)]).toEqual([0.03, 0.04, 0.04])
  })

  it('order themselves: raw <= BH <= Holm <= Bonferroni <= 1', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (p) => {
        const chain = [
          Float64Array.from(p),
          adjustBenjaminiHochberg(p),
          adjustHolm(p),
          adjustBonferroni(p),
        ]
        p.forEach((_, i) => {
          for (let k = 1; k < chain.length; k++)
            expect(chain[k]![i]!).toBeGreaterThanOrEqual(chain[k - 1]![i]! - 1e-15)
          expect(chain[3]![i]!).toBeLessThanOrEqual(1)
        })
      }),
    )
  })
})

describe('ascendingOrder', () => {
  it('keeps equal values in their own order', () => {
    expect(ascendingOrder([3, 1, 3, 0])).toEqual([3, 1, 0, 2])
    expect(ascendingOrder([])).toEqual([])
  })
})
