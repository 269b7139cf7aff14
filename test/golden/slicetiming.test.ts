/** Slice timing of signals that are known at every time, against the truth, numpy and scipy. */
import { expect } from 'vitest'
import { correctSliceTiming } from '../../src/preprocess/slice-timing.ts'
import { describeGolden, type GoldenCase } from './_golden.ts'

describeGolden('slicetiming', (golden) => {
  const { data, shape } = golden.input64('data')
  const [nSlices, nVolumes, nPerSlice] = shape as readonly [number, number, number]
  const trSeconds = Number(golden.params.t_r)
  const schedule = {
    timesSeconds: golden.input64('slice_offsets').data,
    axis: 2,
    trSeconds,
  } as const
  const nCols = nSlices * nPerSlice
  const series = { data: swapFirstAxes(data, nSlices, nVolumes, nPerSlice), nRows: nVolumes, nCols }
  const sliceOf = Int32Array.from({ length: nCols }, (_, v) => Math.floor(v / nPerSlice))
  const correct = (method: 'cubic' | 'linear'): Float64Array => {
    const referenceSeconds = Number(golden.params.ref_s)
    const corrected = correctSliceTiming(series, sliceOf, schedule, { method, referenceSeconds })
    return swapFirstAxes(corrected.data, nVolumes, nSlices, nPerSlice)
  }
  for (const name of golden.expectedNames) {
    switch (name) {
      case 'linear':
      case 'cubic':
        golden.expectClose(name, correct(name))
        break
      case 'analytic':
        expectTruth(golden, name, correct, shape)
        break
      default: {
        const { optional = false, informational = false } = golden.expectedTolerance(name)
        expect(optional || informational, `an answer to ${golden.id}.${name}`).toBe(true)
      }
    }
  }
})

/** Volumes near both ends have nothing beyond them to interpolate from, and are left out. */
function expectTruth(
  golden: GoldenCase,
  name: string,
  correct: (method: 'cubic' | 'linear') => Float64Array,
  [, nVolumes, nPerSlice]: readonly number[],
): void {
  const { atol, atol_linear: atolLinear, skip } = golden.expectedTolerance(name)
  const truth = golden.expectedNumbers(name)
  const worst = (found: Float64Array): number =>
    found.reduce((max, value, i) => {
      const t = Math.floor(i / nPerSlice!) % nVolumes!
      const isInside = t >= Number(skip ?? 0) && t < nVolumes! - Number(skip ?? 0)
      return isInside ? Math.max(max, Math.abs(value - truth[i]!)) : max
    }, 0)
  expect(worst(correct('cubic'))).toBeLessThanOrEqual(Number(atol))
  if (atolLinear !== undefined) expect(worst(correct('linear'))).toBeLessThanOrEqual(atolLinear)
}

/** [a, b, c] -> [b, a, c] */
function swapFirstAxes(data: Float64Array, a: number, b: number, c: number): Float64Array {
  const swapped = new Float64Array(data.length)
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      swapped.set(data.subarray((i * b + j) * c, (i * b + j + 1) * c), (j * a + i) * c)
  return swapped
}
