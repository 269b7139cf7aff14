import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { matrix, multiply } from '../../src/math/matrix.ts'
import { polarFactor } from '../../src/math/polar.ts'
import {
  identity,
  largestDifference,
  randomMatrix,
  randomOfRank,
  randomOrthogonal,
} from './_random.ts'

describe('polarFactor', () => {
  it('removes the stretch from a rotation', () => {
    const { factor, values } = polarFactor(matrix(2, 2, Float64Array.of(0, -6, 2, 0)))
    expect(largestDifference(factor, matrix(2, 2, Float64Array.of(0, -1, 1, 0)))).toBeLessThan(
      1e-15,
    )
    expect(values[0]).toBeCloseTo(6, 14)
  })

  it('gives orthonormal rows or columns, and turns with the matrix', () => {
    const size = fc.integer({ min: 1, max: 20 })
    fc.assert(
      fc.property(size, size, fc.integer(), (m, n, seed) => {
        const rng = createRng(seed)
        const a = randomMatrix(rng, m, n)
        const { factor } = polarFactor(a)
        const gram = multiply(factor, factor, m <= n ? { transB: true } : { transA: true })
        expect(largestDifference(gram, identity(Math.min(m, n)))).toBeLessThan(1e-8)
        const q = randomOrthogonal(rng, n)
        const turned = polarFactor(multiply(a, q)).factor
        expect(largestDifference(turned, multiply(factor, q))).toBeLessThan(1e-7)
      }),
      { numRuns: 40 },
    )
  })

  it('maps the null space to zero', () => {
    const { factor, rank } = polarFactor(randomOfRank(createRng(5), 8, 6, 2))
    expect(rank).toBe(2)
    const gram = multiply(factor, factor, { transB: true })
    expect(largestDifference(multiply(gram, gram), gram)).toBeLessThan(1e-12)
    expect(polarFactor(matrix(3, 2)).factor).toEqual(matrix(3, 2))
  })
})
