import { describe, expect, it } from 'vitest'
import { createRng } from '../../../../src/core/rng.ts'
import { reduceCarpet } from '../../../../src/evaluate/report/quality/carpet.ts'

function series(nRows: number, nCols: number, value: (t: number, v: number) => number) {
  const data = Float32Array.from({ length: nRows * nCols }, (_, i) =>
    value(Math.floor(i / nCols), i % nCols),
  )
  return { data, nRows, nCols }
}

describe('reduceCarpet', () => {
  it('is as small as asked for', () => {
    const rng = createRng(1)
    const run = series(50, 90, () => rng.normal())
    expect(reduceCarpet(run, { maxRows: 30, maxColumns: 20 })).toMatchObject({
      width: 20,
      height: 30,
      nChannels: 1,
    })
    expect(reduceCarpet(run)).toMatchObject({ width: 50, height: 90 })
  })

  it('shows a change of the whole image as a stripe, brighter where it is brighter', () => {
    const rng = createRng(2)
    const run = series(40, 60, (t) => 100 + rng.normal() + (t === 20 ? 9 : 0))
    const { data, width, height } = reduceCarpet(run)
    const columnMean = (x: number): number => {
      let sum = 0
      for (let y = 0; y < height; y++) sum += data[y * width + x]! / height
      return sum
    }
    expect(columnMean(20)).toBeGreaterThan(240)
    for (const x of [0, 10, 19, 21, 39]) expect(Math.abs(columnMean(x) - 127)).toBeLessThan(40)
  })

  it('is grey throughout for a run that does not change', () => {
    expect(new Set(reduceCarpet(series(10, 5, () => 3)).data)).toEqual(new Set([128]))
  })
})
