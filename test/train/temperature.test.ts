import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { applyTemperature, fitTemperature } from '../../src/train/temperature.ts'

const matrix = (rows: number[][]) => ({
  data: Float64Array.from(rows.flat()),
  nRows: rows.length,
  nCols: rows[0]!.length,
})

describe('applyTemperature', () => {
  it('is softmax of scores over temperature', () => {
    const p = applyTemperature(matrix([[2 * Math.log(3), 0]]), 2).data
    expect(p[0]).toBeCloseTo(0.75, 14)
    expect(p[1]).toBeCloseTo(0.25, 14)
  })

  it('sums to 1 whatever the scores, and keeps their order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e300, max: 1e300, noNaN: true }), {
          minLength: 2,
          maxLength: 6,
        }),
        fc.double({ min: 0.05, max: 20, noNaN: true }),
        (row, temperature) => {
          const p = applyTemperature(matrix([row]), temperature).data
          expect(p.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12)
          const best = row.indexOf(Math.max(...row))
          expect(Math.max(...p)).toBe(p[best])
        },
      ),
    )
  })

  it('gives a class that cannot be no probability', () => {
    expect([...applyTemperature(matrix([[-Infinity, 5]]), 1).data]).toEqual([0, 1])
  })
})

describe('fitTemperature', () => {
  it('finds the temperature that was applied', () => {
    // Of scores +-1, 3 in 4 are right: at T the probability is 1 / (1 + exp(-2 / T)) = 3/4, so T = 2 / log 3.
    const logits = matrix([
      [1, -1],
      [1, -1],
      [1, -1],
      [1, -1],
    ])
    const state = fitTemperature(logits, [0, 0, 0, 1], ['sub-02/task-a/run-1'])
    expect(state.temperature).toBeCloseTo(2 / Math.log(3), 6)
    expect(state).toMatchObject({ kind: 'temperature', fittedOn: ['sub-02/task-a/run-1'] })
  })

  it('scales with the scores', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.5, max: 2, noNaN: true }), (seed, factor) => {
        const rng = createRng(seed)
        const labels = Int32Array.from({ length: 60 }, () => rng.integer(3))
        const logits = matrix(
          Array.from(labels, (label) => [0, 1, 2].map((c) => rng.normal() + (c === label ? 1 : 0))),
        )
        const scaled = { ...logits, data: logits.data.map((value) => factor * value) }
        const plain = fitTemperature(logits, labels).temperature
        expect(fitTemperature(scaled, labels).temperature / (factor * plain)).toBeCloseTo(1, 5)
      }),
      { numRuns: 20 },
    )
  })

  it('stays within its bounds: cold when all is right, hot when all is wrong', () => {
    const logits = matrix([
      [1, 0],
      [0, 1],
    ])
    expect(fitTemperature(logits, [0, 1]).temperature).toBeCloseTo(0.05, 6)
    expect(fitTemperature(logits, [1, 0]).temperature).toBeCloseTo(20, 4)
  })

  it('leaves scores alone that no temperature changes', () => {
    expect(fitTemperature(matrix([[3, 3]]), [1]).temperature).toBe(1)
    expect(fitTemperature(matrix([[-Infinity, 0]]), [0]).temperature).toBe(1)
  })

  it('refuses to be fitted on nothing', () => {
    const nothing = { data: new Float64Array(0), nRows: 0, nCols: 2 }
    expect(() => fitTemperature(nothing, [])).toThrowError(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
    expect(() => fitTemperature(matrix([[1, 2]]), [0, 1])).toThrowError(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
  })
})
