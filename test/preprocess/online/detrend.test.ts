import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Matrix64 } from '../../../src/core/types.ts'
import { solveLeastSquares } from '../../../src/math/least-squares.ts'
import {
  createOnlineDetrend,
  detrendNext,
  type DetrendedVolume,
  type OnlineDetrendOptions,
} from '../../../src/preprocess/online/index.ts'
import { columnOf, expectAllClose, fromColumns, noise } from '../_series.ts'

const rowOf = ({ data, nCols }: Matrix64, t: number): Float64Array =>
  data.slice(t * nCols, (t + 1) * nCols)

function detrendRun(
  series: Matrix64,
  options: OnlineDetrendOptions,
  motion?: Matrix64,
): DetrendedVolume[] {
  const state = createOnlineDetrend(series.nCols, options)
  return Array.from({ length: series.nRows }, (_, t) =>
    detrendNext(state, rowOf(series, t), t, motion === undefined ? [] : rowOf(motion, t)),
  )
}

/** Residuals and their SD at the last of volumes 0..n, fitted afresh. */
function batch(series: Matrix64, motion: Matrix64, n: number, nTerms: number) {
  const time = Array.from({ length: n + 1 }, (_, t) => t)
  const columns = [time.map(() => 1), time, ...[0, 1, 2, 3, 4, 5].map((k) => columnOf(motion, k))]
  const design = fromColumns(columns.slice(0, nTerms).map((column) => column.slice(0, n + 1)))
  const nCols = series.nCols
  const part = { data: series.data.slice(0, (n + 1) * nCols), nRows: n + 1, nCols }
  const { residuals, rank } = solveLeastSquares(design, part)
  const sd = Array.from({ length: nCols }, (_, v) =>
    Math.sqrt(columnOf(residuals, v).reduce((sum, r) => sum + r * r, 0) / (n + 1 - rank)),
  )
  return { last: rowOf(residuals, n), sd }
}

describe('detrendNext', () => {
  it('takes the mean of the volumes so far away', () => {
    const run = detrendRun(fromColumns([[2, 4, 9]]), { minVolumes: 1, trendFrom: false })
    // A single volume leaves nothing to compare it with.
    expectAllClose(
      run.map(({ data }) => data[0]!),
      [0, 1, 4],
      1e-14,
    )
    expect(run.map(({ nTerms }) => nTerms)).toEqual([1, 1, 1])
  })

  it('equals a batch fit over volumes 0..n after every volume, terms admitted one after the other', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 3, max: 60 }),
        fc.boolean(),
        (seed, nVolumes, standardize) => {
          const series = noise(seed, nVolumes, 4, 1000)
          for (let t = 0; t < nVolumes; t++) series.data[4 * t]! += 0.3 * t
          const motion = noise(seed + 1, nVolumes, 6, 0.2)
          const options = { nMotion: 6, trendFrom: 4, motionFrom: 12, minVolumes: 3, standardize }
          detrendRun(series, options, motion).forEach(({ data, isReady, nFitted }, n) => {
            expect([nFitted, isReady]).toEqual([n + 1, n >= 2])
            if (!isReady) return expect([...data]).toEqual([0, 0, 0, 0])
            const nTerms = n + 1 < 4 ? 1 : n + 1 < 12 ? 2 : 8
            const { last, sd } = batch(series, motion, n, nTerms)
            expectAllClose(data, standardize ? last.map((r, v) => r / sd[v]!) : last, 1e-6)
          })
        },
      ),
      { numRuns: 25 },
    )
  })

  it('knows nothing of later volumes', () => {
    const series = noise(1, 30, 3, 100)
    const changed = { ...series, data: series.data.slice().fill(-5e4, 60) }
    const before = detrendRun(series, { trendFrom: 5 }).slice(0, 20)
    expect(detrendRun(changed, { trendFrom: 5 }).slice(0, 20)).toEqual(before)
  })

  it('measures against a fixed stretch without learning from what follows', () => {
    const series = noise(2, 30, 2, 50)
    const options = { baseline: { from: 4, to: 16 }, trendFrom: false, minVolumes: 5 } as const
    const run = detrendRun(series, options)
    const mean = [0, 1].map(
      (v) =>
        columnOf(series, v)
          .slice(4, 16)
          .reduce((sum, x) => sum + x, 0) / 12,
    )
    expect(run.map(({ isReady }) => isReady)).toEqual(run.map((_, t) => t >= 16))
    for (const t of [16, 29])
      expectAllClose(
        run[t]!.data,
        rowOf(series, t).map((x, v) => x - mean[v]!),
        1e-10,
      )
    expect(run[29]!.nFitted).toBe(12)
  })

  it('keeps time where volumes were lost', () => {
    const state = createOnlineDetrend(1, { trendFrom: 2, minVolumes: 2 })
    const indices = [0, 1, 2, 5, 6, 9]
    const noiseOf = [0.1, -0.2, 0.15, 0, -0.1, 0.2]
    const run = indices.map((t, i) =>
      detrendNext(state, Float64Array.of(7 + 3 * t + noiseOf[i]!), t),
    )
    const design = fromColumns([indices.map(() => 1), indices])
    const series = fromColumns([indices.map((t, i) => 7 + 3 * t + noiseOf[i]!)])
    const { residuals } = solveLeastSquares(design, series)
    expect(run.at(-1)!.data[0]).toBeCloseTo(residuals.data[5]!, 9)
  })

  it('is not disturbed by motion that does not vary, or repeats itself', () => {
    const series = noise(3, 25, 2, 10)
    const still = { data: new Float64Array(50), nRows: 25, nCols: 2 }
    const run = detrendRun(series, { nMotion: 2, motionFrom: 10 }, still)
    const without = detrendRun(series, {})
    run.forEach(({ data }, t) => expectAllClose(data, without[t]!.data, 1e-9))
    expect(run.at(-1)!.nTerms).toBe(2)
  })

  it('silences constant voxels, and those that have held no number, and counts these', () => {
    const series = fromColumns([
      [5, 5, 5, 5, 5, 5],
      [1, 2, NaN, 4, 5, 9],
      [1, 2, 1, 2, 1, 9],
    ])
    const run = detrendRun(series, { trendFrom: false, minVolumes: 2, standardize: true })
    for (const { data } of run) expect(data[0]).toBe(0)
    expect(run.map(({ data }) => data[1] === 0)).toEqual([true, false, true, true, true, true])
    expect(run.at(-1)!.data[2]).toBeGreaterThan(1)
    expect(run.map(({ nUnusable }) => nUnusable)).toEqual([0, 0, 1, 1, 1, 1])
  })

  it('refuses what does not fit', () => {
    const state = createOnlineDetrend(3, { nMotion: 6 })
    const code = (expected: string): unknown => expect.objectContaining({ code: expected })
    expect(() => detrendNext(state, new Float32Array(2), 0, new Float64Array(6))).toThrow(
      code('SHAPE_MISMATCH'),
    )
    expect(() => detrendNext(state, new Float32Array(3), 0)).toThrow(code('SHAPE_MISMATCH'))
    const lost = new Float64Array(6).fill(NaN)
    expect(() => detrendNext(state, new Float32Array(3), 0, lost)).toThrow(code('VALUE_INVALID'))
    expect(() => createOnlineDetrend(3, { trendFrom: -1 })).toThrow(code('VALUE_INVALID'))
    expect(() => createOnlineDetrend(3, { baseline: { from: 5, to: 5 } })).toThrow(
      code('VALUE_INVALID'),
    )
  })
})
