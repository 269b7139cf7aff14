import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyScaler, fitScaler } from '../../src/preprocess/scaler.ts'
import { columnOf, expectAllClose, fromColumns, meanOf, noise, sdOf } from './_series.ts'

const runs = ['sub-01/task-emotion/run-1']

describe('fitScaler and applyScaler', () => {
  it('learn mean and population SD, and apply them to other volumes', () => {
    const scaler = fitScaler(fromColumns([[8, 12, 8, 12]]), runs)
    expect([...scaler.mean, ...scaler.sd]).toEqual([10, 2])
    expect(scaler).toMatchObject({ kind: 'scaler', fittedOn: runs })
    expect([...applyScaler(scaler, fromColumns([[10, 14, 9]])).data]).toEqual([0, 2, -0.5])
  })

  it('give the volumes they were fitted on mean 0 and SD 1', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 3, max: 40 }), (seed, nRows) => {
        const series = noise(seed, nRows, 4, 1e4)
        const scaled = applyScaler(fitScaler(series, runs), series)
        for (let v = 0; v < 4; v++) {
          expect(meanOf(columnOf(scaled, v))).toBeCloseTo(0, 10)
          expect(sdOf(columnOf(scaled, v))).toBeCloseTo(1, 10)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('treat every volume by itself', () => {
    const scaler = fitScaler(noise(1, 30, 6), runs)
    const volumes = noise(2, 10, 6)
    const all = applyScaler(scaler, volumes).data
    const third = { data: volumes.data.slice(12, 18), nRows: 1, nCols: 6 }
    expect(applyScaler(scaler, third).data).toEqual(all.slice(12, 18))
  })

  it('give 0 for a voxel without a signal and for a value that is not finite', () => {
    const good = [1, 2, 3, 4]
    const scaler = fitScaler(fromColumns([good, [0.1, 0.1, 0.1, 0.1], [1, NaN, 2, 3]]), runs)
    expect([...scaler.sd].map((sd) => sd > 0)).toEqual([true, false, false])
    const { data } = applyScaler(
      scaler,
      fromColumns([
        [NaN, 4],
        [5, 6],
        [7, Infinity],
      ]),
    )
    expectAllClose(data, [0, 0, 0, 1.5 / Math.sqrt(1.25), 0, 0], 1e-14)
  })

  it('keep float32', () => {
    const single = { data: Float32Array.of(1, 2, 3), nRows: 3, nCols: 1 }
    expect(applyScaler(fitScaler(single, runs), single).data).toBeInstanceOf(Float32Array)
  })

  it('survive being written to JSON', () => {
    const series = noise(3, 10, 3)
    const scaler = fitScaler(series, runs)
    const text = JSON.stringify({ ...scaler, mean: [...scaler.mean], sd: [...scaler.sd] })
    const read = JSON.parse(text) as { mean: number[]; sd: number[] }
    const again = { ...scaler, mean: Float64Array.from(read.mean), sd: Float64Array.from(read.sd) }
    expect(applyScaler(again, series).data).toEqual(applyScaler(scaler, series).data)
  })

  it('refuse one volume, and other voxels', () => {
    expect(() => fitScaler(noise(4, 1, 3), runs)).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    )
    expect(() => applyScaler(fitScaler(noise(4, 5, 3), runs), noise(5, 5, 2))).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
  })
})
