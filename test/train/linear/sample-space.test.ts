import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import type { Matrix64 } from '../../../src/core/types.ts'
import { toSampleSpace } from '../../../src/train/linear/sample-space.ts'
import { distance, matrix } from './_samples.ts'

const innerProducts = ({ data, nRows, nCols }: Matrix64): number[] =>
  Array.from({ length: nRows * nRows }, (_, at) => {
    const [i, j] = [Math.floor(at / nRows), at % nRows]
    let sum = 0
    for (let k = 0; k < nCols; k++) sum += data[i * nCols + k]! * data[j * nCols + k]!
    return sum
  })

const scores = ({ data, nRows, nCols }: Matrix64, weights: Float64Array): number[] =>
  Array.from({ length: nRows }, (_, i) =>
    weights.reduce((sum, weight, k) => sum + weight * data[i * nCols + k]!, 0),
  )

describe('toSampleSpace', () => {
  it('keeps inner products, and lifts weights without changing scores or norms', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 8 }), (seed, n) => {
        const rng = createRng(seed)
        const x = matrix(
          Array.from({ length: n }, () => Array.from({ length: 20 }, () => rng.normal())),
        )
        const space = toSampleSpace(x)
        expect(space.x.nCols).toBe(n)
        expect(distance(innerProducts(space.x), innerProducts(x))).toBeLessThan(1e-7)
        const small = Float64Array.from({ length: n }, () => rng.normal())
        const lifted = space.lift(small, 1)
        expect(distance(scores(x, lifted), scores(space.x, small))).toBeLessThan(1e-6)
        expect(Math.hypot(...lifted)).toBeCloseTo(Math.hypot(...small), 5)
      }),
      { numRuns: 40 },
    )
  })

  it('leaves samples alone that have no more features than there are samples', () => {
    const x = matrix([
      [1, 2],
      [3, 4],
    ])
    const space = toSampleSpace(x)
    expect(space.x).toBe(x)
    expect([...space.lift(Float64Array.of(5, 6), 1)]).toEqual([5, 6])
  })

  it('copes with samples that repeat each other, and with none that differ from zero', () => {
    const twice = toSampleSpace(
      matrix([
        [1, 2, 3],
        [1, 2, 3],
      ]),
    )
    const lifted = twice.lift(Float64Array.of(1, 0), 1)
    expect([...lifted].every(Number.isFinite)).toBe(true)
    expect(Math.hypot(...lifted)).toBeCloseTo(1, 4)
    const zero = matrix([
      [0, 0, 0],
      [0, 0, 0],
    ])
    expect(toSampleSpace(zero).x).toBe(zero)
  })
})
