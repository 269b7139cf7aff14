import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeAxes } from '../../../../src/engine/webgpu/rank5/broadcast.ts'

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

describe('mergeAxes', () => {
  it('keeps the elements of both operands and of the result, and stays a broadcast', () => {
    const axis = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom('both', 'a', 'b'))
    fc.assert(
      fc.property(fc.array(axis, { maxLength: 6 }), (axes) => {
        const a = axes.map(([length, who]) => (who === 'a' ? 1 : length))
        const b = axes.map(([length, who]) => (who === 'b' ? 1 : length))
        const [mergedA, mergedB] = mergeAxes(a, b)
        expect(mergedA.length).toBe(mergedB.length)
        expect([product(mergedA), product(mergedB)]).toEqual([product(a), product(b)])
        const result = mergedA.map((length, i) => Math.max(length, mergedB[i]!))
        expect(product(result)).toBe(product(axes.map((_, i) => Math.max(a[i]!, b[i]!))))
      }),
    )
  })

  it('leaves alternating axes apart', () => {
    expect(mergeAxes([2, 1, 3], [1, 4, 1])).toEqual([
      [2, 1, 3],
      [1, 4, 1],
    ])
  })
})
