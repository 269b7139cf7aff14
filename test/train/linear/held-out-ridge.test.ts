import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHeldOutRidge } from '../../../src/train/linear/held-out-ridge.ts'
import { leaveGroupsOut } from '../../../src/train/linear/leave-groups-out.ts'
import { fitRidgeWeights } from '../../../src/train/linear/ridge.ts'
import { distance, gaussianSamples, grouped } from './_samples.ts'

describe('createHeldOutRidge', () => {
  it('equals fitting every fold from its samples, for one label vector after the other', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0, 50), (seed, offset) => {
        const samples = grouped(gaussianSamples(seed, 40, 20, 3, 0.5))
        const data = samples.features.data.map((value) => value + offset)
        const features = { ...samples.features, data }
        const ridge = createHeldOutRidge(features, samples.groups, 2)
        expect(ridge.groups).toEqual([...new Set(samples.groups)])
        for (const labels of [samples.labels, samples.labels.toReversed()]) {
          const direct = leaveGroupsOut({ ...samples, features, labels }, 8, (x, y, n) =>
            fitRidgeWeights(x, y, n, 2),
          )
          direct.forEach((fold, held) => {
            const scores = ridge.score(held, fold.selected, labels, 3)
            expect(ridge.rows[held]).toEqual(fold.rows)
            expect(distance(scores.data, fold.scores.data)).toBeLessThan(1e-8)
          })
        }
      }),
      { numRuns: 20 },
    )
  })

  it('has nothing to do with the labels of the group that it scores', () => {
    const samples = grouped(gaussianSamples(2, 40, 10, 2))
    const ridge = createHeldOutRidge(samples.features, samples.groups, 1)
    const held = ridge.groups.indexOf(7)
    const labels = samples.labels.map((label, i) => (samples.groups[i] === 7 ? 1 - label : label))
    const selected = Int32Array.of(0, 3, 4)
    expect(ridge.score(held, selected, labels, 2)).toEqual(
      ridge.score(held, selected, samples.labels, 2),
    )
  })

  it('gives -Infinity to a class that no other group holds, and refuses a single class', () => {
    const features = { data: Float64Array.of(1, 2, 4, 8, 16, 31), nRows: 6, nCols: 1 }
    const ridge = createHeldOutRidge(features, [0, 0, 1, 1, 2, 2], 1)
    const selected = Int32Array.of(0)
    const scores = ridge.score(0, selected, [2, 2, 0, 1, 0, 1], 3)
    expect([scores.data[2], scores.data[5]]).toEqual([-Infinity, -Infinity])
    expect(() => ridge.score(0, selected, [1, 1, 0, 0, 0, 0], 2)).toThrow(
      expect.objectContaining({ code: 'TRAIN_TOO_FEW_CLASSES' }),
    )
  })

  it('refuses groups that do not fit and features that are no numbers', () => {
    const features = { data: Float64Array.of(1, 2, 3, NaN), nRows: 4, nCols: 1 }
    expect(() => createHeldOutRidge(features, [0, 1], 1)).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
    const ridge = createHeldOutRidge(features, [0, 0, 1, 1], 1)
    expect(() => ridge.score(0, Int32Array.of(0), [0, 1, 0, 1], 2)).toThrow(
      expect.objectContaining({ code: 'TRAIN_SINGULAR' }),
    )
  })
})
