import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  brierScore,
  expectedCalibrationError,
  logLoss,
  predictClasses,
  reliabilityBins,
} from '../../../src/evaluate/metrics/probability.ts'

const matrix = (rows: number[][]) => ({
  data: Float64Array.from(rows.flat()),
  nRows: rows.length,
  nCols: rows[0]?.length ?? 2,
})
const probabilities = matrix([
  [0.5, 0.5],
  [0.2, 0.8],
])

describe('scores of probabilities', () => {
  it('can be worked out by hand', () => {
    expect(logLoss([0, 1], probabilities)).toBeCloseTo(-(Math.log(0.5) + Math.log(0.8)) / 2, 14)
    expect(brierScore([0, 1], probabilities)).toBeCloseTo((0.5 + 0.08) / 2, 14)
    expect(expectedCalibrationError([0, 1], probabilities)).toBeCloseTo((0.5 + 0.2) / 2, 14)
  })

  it('charges a certain mistake 36, not infinity', () => {
    expect(logLoss([0], matrix([[0, 1]]))).toBeCloseTo(-Math.log(Number.EPSILON), 10)
  })

  it('refuses labels of another length', () => {
    for (const score of [logLoss, brierScore, reliabilityBins, expectedCalibrationError])
      expect(() => score([0], probabilities)).toThrowError(
        expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
      )
  })
})

describe('predictClasses', () => {
  it('takes the first of several equal ones, and passes -Infinity by', () => {
    const scores = matrix([
      [0.4, 0.4, 0.2],
      [-Infinity, -5, -5],
    ])
    expect([...predictClasses(scores)]).toEqual([0, 1])
  })
})

describe('reliabilityBins', () => {
  it('puts a confidence on an edge into the bin below it', () => {
    const bins = reliabilityBins([0], matrix([[0.7, 0.3]]), 10)
    expect(bins.map((bin) => bin.count)).toEqual([0, 0, 0, 0, 0, 0, 1, 0, 0, 0])
    expect(bins[6]).toMatchObject({ from: 0.6, to: 0.7, meanConfidence: 0.7, accuracy: 1 })
    expect(bins[0]!.accuracy).toBeNaN()
  })

  it('holds every sample once, in a bin around its confidence', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }),
        fc.integer({ min: 1, max: 30 }),
        (values, nBins) => {
          const bins = reliabilityBins(
            values.map(() => 0),
            matrix(values.map((p) => [p])),
            nBins,
          )
          expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(values.length)
          for (const bin of bins.filter(({ count }) => count > 0)) {
            const inside = values.filter((p) => p > bin.from && p <= bin.to)
            const zeros = bin.from === 0 ? values.filter((p) => p === 0) : []
            expect(bin.count).toBe(inside.length + zeros.length)
          }
        },
      ),
    )
  })
})
