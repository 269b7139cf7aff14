import { expect, it } from 'vitest'
import type { Fold, Scores } from '../../src/core/schemas/report.ts'
import { findAlignmentProblems } from '../../src/evaluate/alignment-problems.ts'
import { makePipeline } from './protocol/_study.ts'

const { align } = makePipeline()
const scores = (balancedAccuracy: number): Scores => ({
  ...{ nTest: 10, accuracy: 0, balancedAccuracy, macroF1: 0, auc: null, logLoss: 1, ece: 0 },
  confusion: [[10]],
})
const fold = (aligned: number, unaligned: number | null): Pick<Fold, 'models'> => ({
  models: {
    lda: {
      ...{ calibrated: scores(aligned), unaligned: unaligned === null ? null : scores(unaligned) },
      ...{ zeroShot: null, temperature: 1, epochs: [] },
    },
  },
})

it('says where alignment lowers the mean, by how much and in how many subjects', () => {
  const [text, ...others] = findAlignmentProblems([fold(0.2, 0.4), fold(0.3, 0.2)], {
    align: { ...align, components: undefined },
  })
  expect(others).toEqual([])
  expect(text).toContain('Full-rank alignment does not help here, it lowers accuracy')
  expect(text).toContain('0.250 aligned and 0.300 unaligned (lower in 1 of 2 subjects)')
})

it('does not call a reduced common space full-rank', () => {
  const [text] = findAlignmentProblems([fold(0.2, 0.4)], { align: { ...align, components: 5 } })
  expect(text).toMatch(/^Alignment does not help here/)
})

it('is silent where alignment helps, changes nothing or was not left out', () => {
  for (const folds of [[fold(0.5, 0.3)], [fold(0.3, 0.3)], [fold(0.3, null)], []])
    expect(findAlignmentProblems(folds, { align })).toEqual([])
})
