import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { topK } from '../../src/select/top-k.ts'

describe('topK', () => {
  it('takes the largest, in ascending order of index', () => {
    expect(Array.from(topK(Float64Array.of(5, 1, 9, 7), 2))).toEqual([2, 3])
    expect(Array.from(topK(Float64Array.of(5, 1, 9, 7), 3))).toEqual([0, 2, 3])
  })

  it('prefers the later of equal scores', () => {
    expect(Array.from(topK(Float64Array.of(3, 3, 3, 1), 2))).toEqual([1, 2])
  })

  it('ranks infinity first and NaN last', () => {
    const scores = Float64Array.of(NaN, 0, Infinity, 1)
    expect(Array.from(topK(scores, 1))).toEqual([2])
    expect(Array.from(topK(scores, 3))).toEqual([1, 2, 3])
    expect(Array.from(topK(scores, 4))).toEqual([0, 1, 2, 3])
  })

  it('leaves no score out that is larger than one taken', () => {
    const score = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double())
    fc.assert(
      fc.property(fc.array(score, { minLength: 1, maxLength: 40 }), fc.nat(), (list, n) => {
        const scores = Float64Array.from(list)
        const k = 1 + (n % list.length)
        const taken = topK(scores, k)
        expect(new Set(taken).size).toBe(k)
        const worst = Math.min(...Array.from(taken, (i) => scores[i]!).filter((f) => f === f))
        list.forEach((f, i) => {
          if (f > worst) expect(taken).toContain(i)
        })
      }),
    )
  })

  it('refuses a k that cannot be met', () => {
    expect(() => topK(Float64Array.of(1, 2), 3)).toThrowErrorMatchingInlineSnapshot(
      `[LimbicError: More voxels are to be selected than there are. Expected k between 1 and 2, the number of voxels in the mask; found k = 3. Try: Lower select.k to 2 or less, or check the mask.]`,
    )
    expect(() => topK(Float64Array.of(1, 2), 0)).toThrow(/whole number of at least 1/)
  })
})
