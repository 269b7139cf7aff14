import { describe, expect, it } from 'vitest'
import { stepPlateau, warmUpCosine } from '../../../src/train/network/learning-rate.ts'

describe('warmUpCosine', () => {
  it('rises linearly under a cosine, and falls to almost zero', () => {
    const factors = Array.from({ length: 100 }, (_, step) => warmUpCosine(step, 100, 10))
    expect(factors[0]).toBeCloseTo(0.1, 12)
    expect(factors[4]).toBeCloseTo((0.5 * (1 + Math.cos(0.04 * Math.PI))) / 2, 12)
    expect(factors[50]).toBeCloseTo(0.5, 12)
    expect(factors[99]).toBeLessThan(0.001)
    expect(factors.indexOf(Math.max(...factors))).toBe(9)
    for (let i = 10; i < 100; i++) expect(factors[i]!).toBeLessThan(factors[i - 1]!)
  })
})

describe('stepPlateau', () => {
  const settings = { factor: 0.2, patience: 2, minDelta: 1e-4, minLearningRate: 0.01 }
  const rates = (losses: readonly number[]) => {
    let state = { learningRate: 1, best: Infinity, waited: 0 }
    return losses.map((loss) => (state = stepPlateau(state, loss, settings)).learningRate)
  }

  it('lowers the rate after `patience` epochs without progress, down to the lowest rate', () => {
    expect(rates([1, 1, 1, 1, 1, 1, 1, 1, 1])).toEqual([
      1,
      1,
      0.2,
      0.2,
      expect.closeTo(0.04, 12),
      expect.closeTo(0.04, 12),
      0.01,
      0.01,
      0.01,
    ])
  })

  it('counts a decrease below the smallest one as none', () => {
    expect(rates([1, 0.99995, 0.9999])).toEqual([1, 1, 0.2])
    expect(rates([1, 0.9, 0.8, 0.7])).toEqual([1, 1, 1, 1])
  })
})
