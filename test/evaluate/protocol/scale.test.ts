import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import {
  centreOnRunningMean,
  createVolumeScaler,
  fitCalibrationScaler,
  readScaledRun,
} from '../../../src/evaluate/protocol/scale.ts'
import { cleanStepSchema } from '../../../src/core/schemas/pipeline.ts'
import { makeRun } from './_subject.ts'

const clean = cleanStepSchema.parse({ stage: 'clean', detrend: 'none' })
const voxels = Int32Array.of(0, 1)
const labels = [-1, -1, -1, -1]

describe('fitCalibrationScaler', () => {
  it('takes the mean of the raw volumes and the spread of the cleaned ones', async () => {
    const volumes = [[0], [3], [2], [5]].map(([x]) => [x!, 7])
    const run = makeRun('01', { task: 'calibration', run: '1', labels, volumes }, 2)
    const raw = await fitCalibrationScaler([run], voxels, clean)
    expect([...raw.mean]).toEqual([2.5, 7])
    expect(raw.sd[0]).toBeCloseTo(Math.sqrt(3.25), 12)
    expect(raw.sd[1]).toBe(0)
    const detrended = await fitCalibrationScaler([run], voxels, { ...clean, detrend: 1 })
    // The line 1.5 t is drift, not spread: residuals are -.4, 1.2, -1.2, .4 about it.
    expect(detrended.mean[0]).toBe(2.5)
    expect(detrended.sd[0]).toBeCloseTo(Math.sqrt((0.16 + 1.44) / 2), 12)
    expect(raw.fittedOn).toEqual(['sub-01/task-calibration/run-1'])
  })
})

describe('fitCalibrationScaler, masks', () => {
  it('gives a voxel outside every calibration mask no spread, whatever its numbers do', async () => {
    const volumes = [[0], [3], [2], [5]].map(([x]) => [x!, x!])
    const run = makeRun('01', { task: 'calibration', run: '1', labels, volumes }, 2)
    const masked = { ...run, maskVoxels: Int32Array.of(1) }
    const { sd } = await fitCalibrationScaler([masked], voxels, clean)
    expect(sd[0]).toBe(0)
    expect(sd[1]).toBeGreaterThan(0)
    const scaler = { kind: 'scaler', fittedOn: ['x'], mean: Float64Array.of(0, 0), sd } as const
    expect([...createVolumeScaler(scaler, 'none', 2)(Float32Array.of(7, 7))]).toEqual([0, 7])
  })
})

describe('readScaledRun', () => {
  const scaler = {
    kind: 'scaler',
    fittedOn: ['x'],
    mean: Float64Array.of(1, 1),
    sd: Float64Array.of(2, 0),
  } as const
  const run = makeRun(
    '01',
    {
      task: 'emotion',
      run: '1',
      labels,
      volumes: [
        [1, 9],
        [3, 9],
        [5, 9],
        [7, 9],
      ],
    },
    2,
  )

  it('centres on the calibration mean; a voxel without spread is 0', async () => {
    const { data } = await readScaledRun(run, voxels, scaler, 'calibration')
    expect([...data]).toEqual([0, 0, 1, 0, 2, 0, 3, 0])
  })

  it('centres on the mean of the volumes so far', async () => {
    const { data } = await readScaledRun(run, voxels, scaler, 'running')
    expect([...data]).toEqual([0, 0, 0.5, 0, 1, 0, 1.5, 0])
    expect([...centreOnRunningMean(await run.readSeries(Int32Array.of(0))).data]).toEqual([
      0, 1, 2, 3,
    ])
  })

  it('leaves volumes as they are when told to', async () => {
    const { data } = await readScaledRun(run, Int32Array.of(0), scaler, 'none')
    expect([...data]).toEqual([1, 3, 5, 7])
  })
})

describe('createVolumeScaler', () => {
  const series = fc.array(
    fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 3, maxLength: 3 }),
    { minLength: 2, maxLength: 30 },
  )
  const scaler = {
    kind: 'scaler',
    fittedOn: ['x'],
    mean: Float64Array.of(1, 2, 3),
    sd: Float64Array.of(1, 2, 3),
  } as const

  it.each(['calibration', 'running', 'none'] as const)(
    'never lets a volume depend on a later one: %s',
    (baseline) => {
      fc.assert(
        fc.property(series, fc.nat(), (volumes, at) => {
          for (const state of [scaler, null]) {
            const last = at % volumes.length
            const whole = createVolumeScaler(state, baseline, 3)
            const cut = createVolumeScaler(state, baseline, 3)
            const all = volumes.map((volume) => [...whole(Float32Array.from(volume))])
            const some = volumes
              .slice(0, last + 1)
              .map((volume) => [...cut(Float32Array.from(volume))])
            expect(some).toEqual(all.slice(0, last + 1))
          }
        }),
      )
    },
  )
})
