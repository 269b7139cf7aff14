import { describe, expect, it } from 'vitest'
import type { MapperState } from '../../../src/align/common-space.ts'
import { interpretSubject } from '../../../src/evaluate/interpret/interpret-subject.ts'
import type { Calibration } from '../../../src/evaluate/protocol/calibration.ts'
import { makeContext, makePipeline } from '../protocol/_study.ts'
import { makeRun } from '../protocol/_subject.ts'

const context = makeContext(makePipeline())
const run = makeRun('01', {
  ...{ task: 'emotion', run: '1', labels: [0, 0, 1, 1, -1] },
  volumes: [
    [3, 0, 1, 9],
    [5, 0, 1, 9],
    [0, 2, 1, 9],
    [0, 2, 1, 9],
    [99, 99, 99, 99],
  ],
})
/** Voxel 3 is not given to the decoder. */
const selection = {
  ...({ kind: 'selection', mode: 'shared', fittedOn: [] } as const),
  ...{ voxels: Int32Array.of(0, 1, 2), f: new Float64Array(3) },
}
const scaler = {
  ...({ kind: 'scaler', fittedOn: [] } as const),
  ...{ mean: new Float64Array(3), sd: Float64Array.of(1, 1, 1) },
}
const plain: Calibration = {
  ...({ subject: '01', variant: 'calibrated', selection, scaler } as const),
  mapper: null,
}
const linear = (nFeatures: number, ...weights: number[]) => ({
  name: 'lda',
  state: {
    ...{ kind: 'lda', fittedOn: [], nClasses: 3, nFeatures },
    ...{ weights: Float64Array.from(weights), bias: new Float64Array(3) },
  },
})
const model = linear(3, 3, 0, 0, 0, 3, 0, 0, 0, 0)

describe('a linear model without alignment', () => {
  it('gives weights, what each voxel adds, and the pattern behind the score, by hand', async () => {
    const maps = await interpretSubject(context, model, plain, [run])
    expect([...maps.voxels]).toEqual([0, 1, 2])
    expect(maps.nSamples).toEqual([2, 2, 0])
    expect(maps.weight.map((map) => [...map])).toEqual([
      [2, -1, 0],
      [-1, 2, 0],
      [0, 0, 0],
    ])
    // Mean volume (2, 1, 1); class 0 in the mean (4, 0, 1), class 1 (0, 2, 1).
    expect(maps.saliency.map((map) => [...map])).toEqual([
      [4, 1, 0],
      [2, 2, 0],
      [0, 0, 0],
    ])
    // Scores of class 0 less their mean: 6, 10, -2, -2; voxels less theirs (1, 3, -2, -2) and (-1, -1, 1, 1).
    const squares = 3 ** 2 + 7 ** 2 + 5 ** 2 + 5 ** 2
    const expected = [(3 + 21 + 10 + 10) / squares, (-3 - 7 - 5 - 5) / squares, 0]
    expected.forEach((value, v) => expect(maps.pattern[0]![v]).toBeCloseTo(value, 12))
  })
})

describe('a map into a common space', () => {
  it('is gone back through: the score changes with a voxel as the map says', async () => {
    const mapper: MapperState = {
      ...({ kind: 'mapper', fittedOn: [], subject: '01', nRows: 10 } as const),
      ...{ left: null, scale: 2, rank: 2 },
      sourceMean: Float64Array.of(5, 6, 7),
      right: { data: Float64Array.of(0, 1, 1, 0, 0.5, 0.5), nRows: 3, nCols: 2 },
      targetMean: Float64Array.of(1, 1),
    }
    const inSpace = linear(2, 3, 0, 0, 0, 3, 0)
    const maps = await interpretSubject(context, inSpace, { ...plain, mapper }, [run])
    // In the common space class 0 has (2, -1); voxel v moves it by 2 right[v].
    expect(maps.weight[0]![0]).toBeCloseTo(2 * (0 * 2 + 1 * -1), 12)
    expect(maps.weight[0]![1]).toBeCloseTo(2 * (1 * 2 + 0 * -1), 12)
    expect(maps.weight[0]![2]).toBeCloseTo(2 * (0.5 * 2 + 0.5 * -1), 12)
  })
})

it('gives maps of 0 where the scores do not differ', async () => {
  const maps = await interpretSubject(context, linear(3, ...Array<number>(9).fill(1)), plain, [run])
  for (const map of [...maps.weight, ...maps.saliency, ...maps.pattern])
    for (const value of map) expect(value).toBeCloseTo(0, 12)
})
