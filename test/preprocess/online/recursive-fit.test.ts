import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { solveLeastSquares } from '../../../src/math/least-squares.ts'
import {
  addToFit,
  createRecursiveFit,
  fitRank,
  predictFit,
  residualSquares,
} from '../../../src/preprocess/online/recursive-fit.ts'
import type { Matrix64 } from '../../../src/core/types.ts'
import { columnOf, expectAllClose, fromColumns, noise } from '../_series.ts'

const rowOf = ({ data, nCols }: Matrix64, t: number): Float64Array =>
  data.slice(t * nCols, (t + 1) * nCols)

function fitRows(design: Matrix64, series: Matrix64) {
  const fit = createRecursiveFit(design.nCols, series.nCols)
  for (let t = 0; t < design.nRows; t++) addToFit(fit, rowOf(design, t), rowOf(series, t))
  return fit
}

function firstColumns(design: Matrix64, n: number): Matrix64 {
  return fromColumns(Array.from({ length: n }, (_, j) => columnOf(design, j)))
}

describe('addToFit', () => {
  it('fits a line through three points', () => {
    const design = fromColumns([
      [1, 1, 1],
      [0, 1, 2],
    ])
    const fit = fitRows(design, fromColumns([[1, 2, 6]]))
    // 3 + 2.5 (t - 1) fits 0.5, 3, 5.5: residuals 0.5, -1, 0.5.
    expectAllClose(predictFit(fit, Float64Array.of(1, 2), 2), [5.5], 1e-13)
    expectAllClose(residualSquares(fit, 2), [1.5], 1e-13)
    // The mean alone: 3, with residuals -2, -1, 3.
    expectAllClose(predictFit(fit, Float64Array.of(1, 2), 1), [3], 1e-13)
    expectAllClose(residualSquares(fit, 1), [14], 1e-13)
  })

  it('equals a batch fit on the first terms, for every number of terms', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 6 }),
        (seed, nRows, nTerms) => {
          const design = noise(seed, nRows, nTerms, 1)
          const series = noise(seed + 1, nRows, 3, 20)
          const fit = fitRows(design, series)
          for (let n = 1; n <= nTerms; n++) {
            const batch = solveLeastSquares(firstColumns(design, n), series)
            const last = rowOf(batch.residuals, nRows - 1)
            const predicted = predictFit(fit, rowOf(design, nRows - 1), n)
            const residual = rowOf(series, nRows - 1).map((value, v) => value - predicted[v]!)
            expectAllClose(residual, last, 1e-6)
            const squares = [0, 1, 2].map((v) =>
              columnOf(batch.residuals, v).reduce((sum, value) => sum + value * value, 0),
            )
            expectAllClose(residualSquares(fit, n), squares, 1e-6)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('leaves dependent terms out, wherever they stand', () => {
    const [a, b] = [columnOf(noise(1, 15, 1), 0), columnOf(noise(2, 15, 1), 0)]
    const zeros = a.map(() => 0)
    const sum = a.map((value, t) => 2 * value - b[t]!)
    const series = noise(3, 15, 4)
    const full = fitRows(fromColumns([a, b]), series)
    for (const columns of [
      [a, zeros, b],
      [a, b, sum],
      [a, a, b],
      [a, sum, b],
    ]) {
      const design = fromColumns(columns)
      const fit = fitRows(design, series)
      expect(fitRank(fit, 3)).toBe(2)
      expectAllClose(
        predictFit(fit, rowOf(design, 14), 3),
        predictFit(full, Float64Array.of(a[14]!, b[14]!), 2),
        1e-9,
      )
      expectAllClose(residualSquares(fit, 3), residualSquares(full, 2), 1e-9)
    }
  })

  it('refuses rows of another length or without numbers', () => {
    const fit = createRecursiveFit(2, 3)
    expect(() => addToFit(fit, new Float64Array(3), new Float64Array(3))).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
    expect(() => addToFit(fit, Float64Array.of(1, NaN), new Float64Array(3))).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    )
    expect(fit.nVolumes).toBe(0)
  })
})
