/** Series for the tests of preprocessing: seeded noise, and what a matrix holds by row and column. */
import { expect } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import type { Matrix, Matrix64 } from '../../src/core/types.ts'

/** `[nRows x nCols]` of standard normal numbers. */
export function noise(seed: number, nRows: number, nCols: number, offset = 0): Matrix64 {
  const rng = createRng(seed)
  const data = Float64Array.from({ length: nRows * nCols }, () => offset + rng.normal())
  return { data, nRows, nCols }
}

/** A matrix out of its columns. */
export function fromColumns(columns: readonly ArrayLike<number>[]): Matrix64 {
  const nRows = columns[0]!.length
  const data = new Float64Array(nRows * columns.length)
  columns.forEach((column, j) => {
    for (let t = 0; t < nRows; t++) data[t * columns.length + j] = column[t]!
  })
  return { data, nRows, nCols: columns.length }
}

export function columnOf({ data, nRows, nCols }: Matrix, column: number): number[] {
  return Array.from({ length: nRows }, (_, t) => data[t * nCols + column]!)
}

export const meanOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value / values.length, 0)

/** Population SD. */
export function sdOf(values: ArrayLike<number>): number {
  const mean = meanOf(values)
  return Math.sqrt(meanOf(Array.from(values, (value) => (value - mean) ** 2)))
}

export function expectAllClose(
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
): void {
  expect(found.length).toBe(wanted.length)
  const worst = Array.from(found).reduce(
    (max, value, i) => Math.max(max, Math.abs(value - wanted[i]!)),
    0,
  )
  expect(worst).toBeLessThanOrEqual(tolerance)
}
