import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leaveGroupsOut, leaveGroupsOutRidge } from '../../../src/train/linear/leave-groups-out.ts'
import { fitRidgeWeights } from '../../../src/train/linear/ridge.ts'
import { distance, gaussianSamples, grouped } from './_samples.ts'

describe('leaveGroupsOutRidge', () => {
  it('equals fitting every fold from its samples, whether folds share Gram matrices or not', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(2, 8),
        fc.constantFrom(0, 50),
        (seed, k, offset) => {
          const samples = grouped(gaussianSamples(seed, 40, 20, 3, 0.5))
          const data = samples.features.data.map((value) => value + offset)
          const shifted = { ...samples, features: { ...samples.features, data } }
          const shared = leaveGroupsOutRidge(shifted, k, 2)
          const direct = leaveGroupsOut(shifted, k, (features, labels, n) =>
            fitRidgeWeights(features, labels, n, 2),
          )
          expect(shared.map(({ group }) => group)).toEqual([...new Set(samples.groups)])
          shared.forEach((fold, h) => {
            expect(fold.selected).toEqual(direct[h]!.selected)
            expect(fold.rows).toEqual(direct[h]!.rows)
            expect(distance(fold.scores.data, direct[h]!.scores.data)).toBeLessThan(1e-8)
          })
        },
      ),
      { numRuns: 20 },
    )
  })

  it('gives the same fold for any content of the group itself, but for its scores', () => {
    const samples = grouped(gaussianSamples(2, 40, 10, 2))
    const labels = samples.labels.map((label, i) => (samples.groups[i] === 7 ? 1 - label : label))
    const fold = (changed: typeof samples) =>
      leaveGroupsOutRidge(changed, 4, 1).find(({ group }) => group === 7)!
    expect(fold({ ...samples, labels })).toEqual(fold(samples))
  })

  it('scores every sample once', () => {
    const samples = grouped(gaussianSamples(1, 40, 10, 2))
    const rows = leaveGroupsOutRidge(samples, 4, 1).flatMap((fold) => [...fold.rows])
    expect(rows.sort((a, b) => a - b)).toEqual([...samples.labels.keys()])
  })
})
