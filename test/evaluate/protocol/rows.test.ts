import { describe, expect, it } from 'vitest'
import { cleanStepSchema } from '../../../src/core/schemas/pipeline.ts'
import { readCalibrationRows, stackRows } from '../../../src/evaluate/protocol/rows.ts'
import { fitCalibrationScaler } from '../../../src/evaluate/protocol/scale.ts'
import { makeRun } from './_subject.ts'

const clean = cleanStepSchema.parse({ stage: 'clean', detrend: 0 })
const voxels = Int32Array.of(0)
const runs = [
  makeRun(
    '01',
    { task: 'film', run: '1', labels: [0, 1, 0, -1], volumes: [[1], [2], [3], [6]] },
    1,
  ),
  makeRun(
    '01',
    { task: 'film', run: '2', labels: [1, 1, 0, 0], volumes: [[11], [13], [11], [13]] },
    1,
  ),
]

describe('readCalibrationRows', () => {
  it('gives every volume a row, each run without its mean, in units of the calibration spread', async () => {
    const scaler = await fitCalibrationScaler(runs, voxels, clean)
    const { rows, keys } = await readCalibrationRows(runs, voxels, scaler, clean, 'time')
    const sd = Math.sqrt((4 + 1 + 0 + 9 + 4) / 8)
    const expected = [-2, -1, 0, 3, -1, 1, -1, 1].map((x) => x / sd)
    expected.forEach((value, i) => expect(rows.data[i]).toBeCloseTo(value, 10))
    expect(keys[0]).toBe('task-film/run-1/volume-0')
    expect(keys.at(-1)).toBe('task-film/run-2/volume-3')
  })

  it('gives every class of a run a row', async () => {
    const scaler = await fitCalibrationScaler(runs, voxels, clean)
    const { rows, keys } = await readCalibrationRows(runs, voxels, scaler, clean, 'condition')
    expect(keys).toEqual([
      'task-film/run-1/class-0',
      'task-film/run-1/class-1',
      'task-film/run-2/class-0',
      'task-film/run-2/class-1',
    ])
    const sd = Math.sqrt(18 / 8)
    const expected = [-1, -1, 0, 0].map((x) => x / sd)
    expected.forEach((value, i) => expect(rows.data[i]).toBeCloseTo(value, 10))
  })

  it('leaves the mean of a run in when nothing is to be cleaned', async () => {
    const untouched = { ...clean, detrend: 'none' as const }
    const scaler = await fitCalibrationScaler(runs, voxels, untouched)
    const { rows } = await readCalibrationRows(runs, voxels, scaler, untouched, 'time')
    const sum = rows.data.reduce((total, x) => total + x, 0)
    expect(sum).toBeCloseTo(0, 10)
    expect(rows.data[0]).toBeCloseTo((1 - 7.5) / scaler.sd[0]!, 10)
  })
})

describe('stackRows', () => {
  it('stacks nothing to nothing', () => {
    expect(stackRows([])).toEqual({ data: new Float64Array(0), nRows: 0, nCols: 0 })
  })
})
