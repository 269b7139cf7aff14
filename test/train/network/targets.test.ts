import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTargets, sumCrossEntropy } from '../../../src/train/network/targets.ts'

describe('createTargets', () => {
  it('spreads the smoothed share over the classes that have samples', () => {
    const targets = createTargets(Int32Array.of(0, 2), Int32Array.of(1, 0, 1), 0.2, false)
    expect([...targets]).toEqual([0.9, 0, 0.1, 0.1, 0, 0.9].map(Math.fround))
  })

  it('weighs samples by how rare their class is, with mean weight 1', () => {
    const targets = createTargets(Int32Array.of(0, 0, 0, 1), Int32Array.of(3, 1), 0, true)
    expect([...targets]).toEqual([2 / 3, 0, 2 / 3, 0, 2 / 3, 0, 0, 2].map(Math.fround))
  })
})

describe('sumCrossEntropy', () => {
  it('is the sum of -target log softmax, and counts hits', () => {
    const { loss, nHits } = sumCrossEntropy(
      [0, Math.log(3), 0, Math.log(3)],
      [1, 0, 0, 1],
      Int32Array.of(0, 1),
    )
    expect(loss).toBeCloseTo(Math.log(4) + Math.log(4 / 3), 12)
    expect(nHits).toBe(1)
  })

  it('does not change when a constant is added to the scores of a row, however large they are', () => {
    const score = fc.double({ min: -5, max: 5, noNaN: true })
    fc.assert(
      fc.property(fc.tuple(score, score, score), fc.integer({ min: -1e6, max: 1e6 }), (row, c) => {
        const targets = [0.2, 0.7, 0.1]
        const plain = sumCrossEntropy(row, targets, Int32Array.of(1)).loss
        const moved = row.map((value) => value + c)
        expect(sumCrossEntropy(moved, targets, Int32Array.of(1)).loss).toBeCloseTo(plain, 6)
      }),
    )
  })

  it('is zero without rows', () => {
    expect(sumCrossEntropy([], [], new Int32Array(0))).toEqual({ loss: 0, nHits: 0 })
  })
})
