import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anova } from '../../../src/select/anova.ts'
import { topK } from '../../../src/select/top-k.ts'
import { selectLeavingGroupsOut } from '../../../src/train/linear/fold-selection.ts'
import { distance, gaussianSamples, grouped, matrix } from './_samples.ts'

describe('selectLeavingGroupsOut', () => {
  it('selects what the other groups say, by hand', () => {
    // Feature 0 separates the classes in groups 1 and 2, feature 1 in groups 2 and 3; neither is constant inside classes.
    const samples = {
      features: matrix([
        [0, 5],
        [9, 5.1],
        [1, 0],
        [8, 7],
        [5, 1],
        [5.2, 8],
      ]),
      labels: [0, 1, 0, 1, 0, 1],
      groups: [1, 1, 2, 2, 3, 3],
      nClasses: 2,
    }
    const folds = selectLeavingGroupsOut(samples, 1)
    expect(folds.map(({ group, selected }) => [group, ...selected])).toEqual([
      [1, 1],
      [2, 0],
      [3, 0],
    ])
    expect([...folds[1]!.testRows]).toEqual([2, 3])
    expect([...folds[0]!.counts]).toEqual([2, 2])
    expect([...folds[0]!.means]).toEqual([3, 0.5, 6.6, 7.5])
  })

  it('equals an analysis of variance of each fold, whatever the offset of the features', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0, 1e5), (seed, offset) => {
        const samples = grouped(gaussianSamples(seed, 32, 12, 3, 0.4))
        const data = samples.features.data.map((value) => value + offset)
        const features = { ...samples.features, data }
        const folds = selectLeavingGroupsOut({ ...samples, features }, 5)
        for (const fold of folds) {
          const rows = [...samples.groups.keys()].filter((i) => samples.groups[i] !== fold.group)
          const training = matrix(rows.map((i) => [...data.subarray(i * 12, (i + 1) * 12)]))
          const labels = Int32Array.from(rows, (i) => samples.labels[i]!)
          expect([...fold.selected]).toEqual([...topK(anova(training, labels, 3).f, 5)])
        }
      }),
      { numRuns: 20 },
    )
  })

  it('lets nothing of a group into its own fold', () => {
    const samples = grouped(gaussianSamples(3, 32, 12, 3, 0.4))
    const before = selectLeavingGroupsOut(samples, 5).find(({ group }) => group === 7)!
    const labels = samples.labels.map((label, i) => (samples.groups[i] === 7 ? 2 - label : label))
    const data = samples.features.data.map((value, i) => (i < 8 * 12 ? 1e6 * value : value))
    const changed = { ...samples, labels, features: { ...samples.features, data } }
    const after = selectLeavingGroupsOut(changed, 5).find(({ group }) => group === 7)!
    expect(after).toEqual(before)
  })

  it('ranks a constant feature last and copes with a class that one group lacks', () => {
    const samples = grouped(gaussianSamples(4, 32, 3, 3))
    const data = samples.features.data.map((value, i) => (i % 3 === 2 ? 4 : value))
    const labels = samples.labels.map((label, i) =>
      samples.groups[i] === 7 && label === 0 ? 1 : label,
    )
    const folds = selectLeavingGroupsOut(
      { ...samples, labels, features: { ...samples.features, data } },
      2,
    )
    for (const { selected } of folds) expect([...selected]).toEqual([0, 1])
  })

  it.each([
    ['labels that do not fit', { labels: [0, 1] }, 'SHAPE_MISMATCH'],
    ['a label that is no class', { labels: new Array<number>(32).fill(9) }, 'VALUE_INVALID'],
    ['a single group', { groups: new Array<number>(32).fill(1) }, 'TRAIN_TOO_FEW_CLASSES'],
    ['one class', { labels: new Array<number>(32).fill(1) }, 'TRAIN_TOO_FEW_CLASSES'],
  ])('refuses %s', (_, change, code) => {
    const samples = grouped(gaussianSamples(5, 32, 3, 2))
    expect(() => selectLeavingGroupsOut({ ...samples, ...change }, 2)).toThrowError(
      expect.objectContaining({ code }),
    )
  })

  it('keeps float32 samples as exact as float64 ones', () => {
    const samples = grouped(gaussianSamples(6, 32, 6, 3))
    const single = Float32Array.from(samples.features.data)
    const asSingle = { ...samples, features: { ...samples.features, data: single } }
    const asDouble = {
      ...samples,
      features: { ...samples.features, data: Float64Array.from(single) },
    }
    const [a, b] = [selectLeavingGroupsOut(asSingle, 3), selectLeavingGroupsOut(asDouble, 3)]
    a.forEach((fold, h) => {
      expect(distance(fold.means, b[h]!.means)).toBe(0)
    })
  })
})
