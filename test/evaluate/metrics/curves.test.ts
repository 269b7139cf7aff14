import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { aucPerClass } from '../../../src/evaluate/metrics/auc.ts'
import {
  calibrationError,
  countCurves,
  reliabilityPoints,
  rocArea,
  rocEdges,
  rocPoints,
  sumCurves,
} from '../../../src/evaluate/metrics/curves.ts'
import { expectedCalibrationError } from '../../../src/evaluate/metrics/probability.ts'
import { createRng } from '../../../src/core/rng.ts'

const matrix = (rows: readonly (readonly number[])[]) => ({
  data: Float64Array.from(rows.flat()),
  nRows: rows.length,
  nCols: rows[0]?.length ?? 0,
})

/** Four samples of two classes; the third is decoded wrongly. */
const labels = [0, 0, 1, 1]
const probabilities = matrix([
  [0.9, 0.1],
  [0.7, 0.3],
  [0.6, 0.4],
  [0.2, 0.8],
])

describe('countCurves', () => {
  it('counts by hand', () => {
    const { roc, reliability } = countCurves(labels, probabilities)
    const binOf = (p: number): number =>
      rocEdges.filter((edge) => edge <= Math.log(p / (1 - p))).length
    expect(roc).toHaveLength(2)
    expect(roc[0]!.positive[binOf(0.9)]).toBe(1)
    expect(roc[0]!.negative[binOf(0.6)]).toBe(1)
    expect(roc[0]!.positive.reduce((a, b) => a + b)).toBe(2)
    expect(roc[0]!.negative.reduce((a, b) => a + b)).toBe(2)
    expect(reliability[5]).toEqual({ count: 1, confidence: 0.6, hits: 0 })
    expect(reliability[8]).toEqual({ count: 1, confidence: 0.9, hits: 1 })
    expect(reliability[0]).toEqual({ count: 0, confidence: 0, hits: 0 })
  })

  it('puts what is certain, or rounded beyond it, into the outermost bins', () => {
    const { roc } = countCurves(
      [0, 1],
      matrix([
        [1 + 1e-12, 0],
        [0, 1],
      ]),
    )
    expect(roc[0]!.positive.at(-1)).toBe(1)
    expect(roc[0]!.negative[0]).toBe(1)
  })
})

describe('curves', () => {
  it('run from one corner to the other and enclose the area of a perfect order', () => {
    const points = rocPoints(countCurves(labels, probabilities).roc[0]!)
    expect(points[0]).toEqual({ falsePositive: 0, truePositive: 0 })
    expect(points.at(-1)).toEqual({ falsePositive: 1, truePositive: 1 })
    expect(rocArea(points)).toBe(1)
  })

  it('are empty for a class that never occurs', () => {
    const { roc } = countCurves(
      [0, 0],
      matrix([
        [0.9, 0.1],
        [0.6, 0.4],
      ]),
    )
    expect(rocPoints(roc[1]!)).toEqual([])
    expect(rocArea([])).toBeNaN()
  })

  it('come close to the exact area and to the calibration error of all samples', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (seed) => {
        const { truth, scores } = sample(seed, 400)
        const curves = countCurves(truth, scores)
        const exact = aucPerClass(truth, scores)
        curves.roc.forEach((counts, c) =>
          expect(Math.abs(rocArea(rocPoints(counts)) - exact[c]!)).toBeLessThan(0.02),
        )
        expect(calibrationError(curves.reliability)).toBeCloseTo(
          expectedCalibrationError(truth, scores),
          10,
        )
      }),
      { numRuns: 20 },
    )
  })

  it('of two subjects add up to those of their samples together', () => {
    const { truth, scores } = sample(3, 60)
    const half = (from: number, to: number): ReturnType<typeof countCurves> =>
      countCurves(truth.slice(from, to), {
        data: scores.data.slice(3 * from, 3 * to),
        nRows: to - from,
        nCols: 3,
      })
    const summed = sumCurves([half(0, 20), half(20, 60)])
    const whole = countCurves(truth, scores)
    expect(summed.roc).toEqual(whole.roc)
    summed.reliability.forEach((bin, b) => {
      expect(bin.count).toBe(whole.reliability[b]!.count)
      expect(bin.hits).toBe(whole.reliability[b]!.hits)
      expect(bin.confidence).toBeCloseTo(whole.reliability[b]!.confidence, 10)
    })
  })

  it('have no error without samples', () => {
    expect(calibrationError([])).toBe(0)
    expect(reliabilityPoints([{ count: 0, confidence: 0, hits: 0 }])).toEqual([])
  })
})

function sample(seed: number, n: number) {
  const rng = createRng(seed)
  const truth = Int32Array.from({ length: n }, (_, i) => i % 3)
  const rows = Array.from(truth, (label) => {
    const weights = [0, 1, 2].map((c) => Math.exp(rng.normal() + (c === label ? 1 : 0)))
    const total = weights.reduce((a, b) => a + b)
    return weights.map((w) => w / total)
  })
  return { truth, scores: matrix(rows) }
}
