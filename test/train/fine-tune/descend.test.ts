import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { descend, lossOf, type LinearProblem } from '../../../src/train/fine-tune/descend.ts'

const problem = (
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  rest: Partial<Pick<LinearProblem, 'temperature'>> & { added?: readonly number[] } = {},
): LinearProblem => ({
  inputs: { data: Float64Array.from(rows.flat()), nRows: rows.length, nCols: rows[0]?.length ?? 1 },
  rest: { data: Float64Array.from(rest.added ?? rows.flatMap(() => [0, 0])), nRows: rows.length, nCols: 2 }, // prettier-ignore
  labels: Int32Array.from(labels),
  temperature: rest.temperature ?? 1,
})

describe('lossOf', () => {
  it('is ln 2 where two classes are as probable, and counts every class alike', () => {
    const weights = new Float64Array(2)
    expect(lossOf(problem([[1], [1]], [0, 1]), weights)).toBeCloseTo(Math.LN2, 12)
    // One sample of class 0 is given probability 3/4, three of class 1 a quarter.
    const added = Array.from({ length: 4 }, () => [Math.log(3), 0]).flat()
    const uneven = problem([[1], [1], [1], [1]], [0, 1, 1, 1], { added })
    expect(lossOf(uneven, weights)).toBeCloseTo((Math.log(4 / 3) + Math.log(4)) / 2, 12)
    expect(lossOf({ ...uneven, temperature: 1e9 }, weights)).toBeCloseTo(Math.LN2, 6)
  })

  it('is no number without samples', () => {
    expect(lossOf(problem([], []), new Float64Array(2))).toBeNaN()
  })
})

describe('descend', () => {
  it('takes a first step of the learning rate against the sign of the gradient', () => {
    // At zero weights the gradient of class 0 is -1/2 times its input and +1/2 times that of class 1.
    const after = descend(problem([[2], [-2]], [0, 1]), new Float64Array(2), 0.1, 1)
    expect(after[0]).toBeCloseTo(0.1, 6)
    expect(after[1]).toBeCloseTo(-0.1, 6)
  })

  it('shows the weights before every step and after the last, and leaves the start as it was', () => {
    const start = Float64Array.of(0.5, -0.5)
    const seen: number[][] = []
    const end = descend(problem([[1], [-1]], [0, 1]), start, 0.1, 3, (weights, epoch) => {
      seen.push([epoch, weights[0]!])
    })
    expect(seen.map(([epoch]) => epoch)).toEqual([0, 1, 2, 3])
    expect(seen[0]![1]).toBe(0.5)
    expect(seen[3]![1]).toBe(end[0])
    expect([...start]).toEqual([0.5, -0.5])
    expect([...descend(problem([[1]], [0]), start, 0.1, 0)]).toEqual([0.5, -0.5])
  })

  it('does not raise the loss by small steps, whatever the samples', () => {
    const value = fc.double({ min: -3, max: 3, noNaN: true })
    const rows = fc.array(fc.tuple(value, value, value), { minLength: 4, maxLength: 12 })
    fc.assert(
      fc.property(rows, fc.array(value, { minLength: 6, maxLength: 6 }), (inputs, weights) => {
        const one = problem(inputs, inputs.map((_, i) => i % 2)) // prettier-ignore
        const start = Float64Array.from(weights)
        const after = descend(one, start, 1e-5, 5)
        expect(lossOf(one, after)).toBeLessThanOrEqual(lossOf(one, start) + 1e-9)
      }),
      { numRuns: 50 },
    )
  })
})
