import { describe, expect, it } from 'vitest'
import {
  readAsPublished,
  scalingStates,
} from '../../../../src/evaluate/protocol/paper/whole-run.ts'
import { makeStudy } from '../_study.ts'

const subject = makeStudy()[0]!

describe('readAsPublished', () => {
  it('z-scores every voxel over the whole run, and leaves film runs out', async () => {
    const read = readAsPublished(subject, { wholeRun: 'zscore' })
    expect(read.runs.map(({ id }) => id.task)).toEqual(['emotion', 'emotion'])
    const { data, nRows } = await read.runs[0]!.readSeries(Int32Array.of(3))
    const mean = data.reduce((sum, x) => sum + x, 0) / nRows
    const square = data.reduce((sum, x) => sum + x * x, 0) / nRows
    expect(mean).toBeCloseTo(0, 5)
    expect(square).toBeCloseTo(1, 5)
    expect(read.runs[0]!.sha256).not.toBe(subject.runs[1]!.sha256)
  })

  it('leaves intensities alone otherwise', async () => {
    const read = readAsPublished(subject, { wholeRun: 'none' })
    const voxels = Int32Array.of(0, 5)
    expect(await read.runs[1]!.readSeries(voxels)).toEqual(
      await subject.runs[2]!.readSeries(voxels),
    )
  })
})

describe('scalingStates', () => {
  it('says that scaled runs saw themselves, and nothing of runs that were not scaled', () => {
    expect(scalingStates(subject.runs, { wholeRun: 'none' })).toEqual([])
    expect(scalingStates(subject.runs, { wholeRun: 'zscore' })[0]!.fittedOn).toHaveLength(3)
  })
})
