import { describe, expect, it } from 'vitest'
import { stackSamples, takeSamples } from '../../../src/evaluate/protocol/samples.ts'
import { makeRun } from './_subject.ts'

const run = makeRun('01', { task: 'emotion', run: '1', labels: [-1, 0, 0, 1, 1, -1, 1, 0] })
const features = { data: Float64Array.from({ length: 16 }, (_, i) => i), nRows: 8, nCols: 2 }

describe('takeSamples', () => {
  it('keeps labelled volumes in temporal order', () => {
    const samples = takeSamples(run, features, 'volume')
    expect([...samples.labels]).toEqual([0, 0, 1, 1, 1, 0])
    expect([...samples.features.data]).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15])
    expect(samples.runs).toEqual(['sub-01/task-emotion/run-1'])
  })

  it('averages consecutive volumes of one class; a gap ends a block', () => {
    const samples = takeSamples(run, features, 'block')
    expect([...samples.labels]).toEqual([0, 1, 1, 0])
    expect([...samples.features.data]).toEqual([3, 4, 7, 8, 12, 13, 14, 15])
  })

  it('gives no samples for a run without labels', () => {
    const blank = makeRun('01', { task: 'x', run: '1', labels: [-1, -1] })
    const two = { data: new Float64Array(4), nRows: 2, nCols: 2 }
    for (const unit of ['volume', 'block'] as const)
      expect(takeSamples(blank, two, unit).features).toMatchObject({ nRows: 0, nCols: 2 })
  })
})

describe('stackSamples', () => {
  it('lays samples behind each other and names each run once', () => {
    const part = takeSamples(run, features, 'block')
    const stacked = stackSamples([part, part])
    expect(stacked.features.nRows).toBe(8)
    expect([...stacked.labels]).toEqual([0, 1, 1, 0, 0, 1, 1, 0])
    expect(stacked.runs).toEqual(['sub-01/task-emotion/run-1'])
  })
})
