import { describe, expect, it } from 'vitest'
import { compareRuns } from '../../src/evaluate/compare-runs.ts'
import { sampleReport } from './report/_sample-report.ts'

const strict = sampleReport()
const leaking = sampleReport({
  protocol: 'paper',
  leaks: ['Voxels were chosen on the scored runs too.'],
  folds: strict.folds
    .slice(2)
    .map((fold) => ({ ...fold, balancedAccuracy: fold.balancedAccuracy + 0.05 })),
})
const elsewhere = sampleReport({
  data: { ...strict.data, dataset: 'another' },
  provenance: { ...strict.provenance, datasetSha256: 'e'.repeat(64) },
})

describe('compareRuns', () => {
  it('pairs runs over the subjects that both scored', () => {
    const { differences } = compareRuns([
      { run: 'a', report: strict },
      { run: 'b', report: leaking },
    ])
    expect(differences).toHaveLength(1)
    expect(differences[0]!.nCommon).toBe(10)
    expect(differences[0]!.meanDifference).toBeCloseTo(-0.05, 12)
    expect(differences[0]!.p).toBeLessThan(1e-6)
    expect(differences[0]!.pWilcoxon).toBeCloseTo(2 / 1024, 12)
  })

  it('states the optimism, whichever run comes first, for the models and for every classifier that both have', () => {
    for (const order of [
      [
        { run: 'a', report: strict },
        { run: 'b', report: leaking },
      ],
      [
        { run: 'b', report: leaking },
        { run: 'a', report: strict },
      ],
    ]) {
      const { optimism } = compareRuns(order)
      expect(optimism.map(({ strict: s, leaking: l }) => [s, l])).toEqual(Array(3).fill(['a', 'b']))
      expect(optimism.map(({ models }) => models[0])).toEqual([
        'cnn1d-compact',
        'linear-svm',
        'lda',
      ])
      expect(optimism[0]!.balancedAccuracy).toEqual([
        strict.summary!.balancedAccuracy.mean,
        leaking.summary!.balancedAccuracy.mean,
      ])
    }
  })

  it('compares neither runs of different data nor leaking runs with each other', () => {
    const result = compareRuns([
      { run: 'a', report: strict },
      { run: 'c', report: elsewhere },
    ])
    expect(result.differences).toEqual([])
    expect(result.optimism).toEqual([])
    const leaks = compareRuns([
      { run: 'b', report: leaking },
      { run: 'd', report: leaking },
    ])
    expect(leaks.optimism).toEqual([])
    expect(leaks.differences[0]).toMatchObject({ meanDifference: 0, p: 1, pWilcoxon: 1 })
  })

  it('lists a run in which every fold failed', () => {
    const failed = sampleReport({ folds: [], summary: null, pooled: null, permutation: null })
    const [row] = compareRuns([{ run: 'x', report: failed }]).runs
    expect(row).toMatchObject({ nSubjects: 0, accuracy: null, permutationP: null })
  })
})
