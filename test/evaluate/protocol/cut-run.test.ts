import { describe, expect, it } from 'vitest'
import { cutRun, sharesVolumes } from '../../../src/evaluate/protocol/cut-run.ts'
import type { RunData } from '../../../src/evaluate/protocol/subject-data.ts'
import { makeRun } from './_subject.ts'

const run = {
  ...makeRun(
    '01',
    {
      ...{ task: 'a', run: '1', labels: [0, 0, 1, 1, -1] },
      volumes: [0, 1, 2, 3, 4].map((t) => [t, 10 * t]),
    },
    2,
  ),
  confounds: { data: Float64Array.of(5, 6, 7, 8, 9), nRows: 5, nCols: 1 },
  motion: { data: Float64Array.from({ length: 30 }, (_, i) => i), nRows: 5, nCols: 6 },
}

describe('cutRun', () => {
  it('takes volumes, labels, confounds and motion together', async () => {
    const part = cutRun(run, 1, 4)
    expect(part).toMatchObject({ nVolumes: 3, firstVolume: 1, key: `${run.key}/volumes-1-3` })
    expect([...part.labels]).toEqual([0, 1, 1])
    expect([...part.confounds!.data]).toEqual([6, 7, 8])
    expect(part.motion!.data[0]).toBe(6)
    const series = await part.readSeries(Int32Array.of(1, 0))
    expect([...series.data]).toEqual([10, 1, 20, 2, 30, 3])
    expect(part.sha256).not.toBe(run.sha256)
  })

  it('remembers where a part of a part lies', () => {
    expect(cutRun(cutRun(run, 1, 5), 2, 4).firstVolume).toBe(3)
  })

  it('leaves a whole run alone', () => {
    expect(cutRun(run, 0, 9)).toBe(run)
  })
})

describe('sharesVolumes', () => {
  const key = (...cuts: readonly (readonly [number, number])[]): string =>
    cuts.reduce<RunData>((part, [from, to]) => cutRun(part, from, to), run).key

  it('is so for a run and its parts, and for parts that overlap', () => {
    for (const [a, b] of [
      [key(), key([1, 3])],
      [key([0, 3]), key([2, 5])],
      [key([1, 5], [2, 4]), key([3, 5])],
    ] as const) {
      expect(sharesVolumes(a, b)).toBe(true)
      expect(sharesVolumes(b, a)).toBe(true)
    }
  })

  it('is not so for parts that follow each other, or other runs', () => {
    expect(sharesVolumes(key([0, 2]), key([2, 5]))).toBe(false)
    expect(sharesVolumes(key([1, 5], [0, 2]), key([3, 5]))).toBe(false)
    expect(sharesVolumes(run.key, `${run.key}0`)).toBe(false)
  })
})
