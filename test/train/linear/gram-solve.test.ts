import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import {
  createGramSolver,
  createPenalisedSolver,
  solvePenalised,
} from '../../../src/train/linear/gram-solve.ts'
import { matrix } from './_samples.ts'

describe('solvePenalised', () => {
  it("solves (2 I + 3 X'X) w = b by hand for one feature", () => {
    const w = solvePenalised(matrix([[1], [2]]), 2, 3, Float64Array.of(34), 1)
    expect(w[0]).toBeCloseTo(2, 14)
  })

  it('satisfies the equation whether there are more samples or more features', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer(),
        (n, d, seed) => {
          const rng = createRng(seed)
          const x = matrix(
            Array.from({ length: n }, () => Array.from({ length: d }, () => rng.normal())),
          )
          const b = Float64Array.from({ length: d * 2 }, () => rng.normal())
          const solve = createPenalisedSolver(x, 0.5, 1.5)
          const w = solve(b, 2)
          for (let c = 0; c < 2; c++) {
            const column = Float64Array.from({ length: d }, (_, j) => w[j * 2 + c]!)
            penalisedProduct(x.data, n, d, column, 0.5, 1.5).forEach((value, j) => {
              expect(Math.abs(value - b[j * 2 + c]!)).toBeLessThan(1e-9)
            })
          }
        },
      ),
      { numRuns: 50 },
    )
  })

  it('says that a matrix cannot be factored', () => {
    const gram = Float64Array.of(1, 1, 1, 1)
    expect(() => createGramSolver(gram, 2, 0, 1)).toThrowError(
      expect.objectContaining({ code: 'TRAIN_SINGULAR' }),
    )
    expect(() => solvePenalised(matrix([[NaN]]), 1, 1, Float64Array.of(1), 1)).toThrowError(
      expect.objectContaining({ code: 'TRAIN_SINGULAR' }),
    )
  })
})

function penalisedProduct(
  x: Float64Array,
  n: number,
  d: number,
  w: Float64Array,
  ridge: number,
  scale: number,
): Float64Array {
  const result = w.map((value) => ridge * value)
  for (let i = 0; i < n; i++) {
    let score = 0
    for (let j = 0; j < d; j++) score += x[i * d + j]! * w[j]!
    for (let j = 0; j < d; j++) result[j]! += scale * x[i * d + j]! * score
  }
  return result
}
