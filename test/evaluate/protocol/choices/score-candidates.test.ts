import { describe, expect, it } from 'vitest'
import { noMemo, type Memo } from '../../../../src/core/memo.ts'
import { listCandidates } from '../../../../src/evaluate/protocol/choices/candidates.ts'
import { scoreCandidates } from '../../../../src/evaluate/protocol/choices/score-candidates.ts'
import { fitDecoder } from '../../../../src/evaluate/protocol/fit.ts'
import { scoreHeldOut } from '../../../../src/evaluate/protocol/score-held-out.ts'
import { makeContext, makePipeline, makeStudy } from '../_study.ts'

const grid = {
  'select.k': [6, 10],
  'align.newSubject': [{ kind: 'procrustes' }, { kind: 'ridge', lambda: 0.2 }],
  'classify.options.shrinkage': [0.1, 0.9],
}
const choosing = {
  ...makePipeline(),
  choose: { grid, innerSubjects: 'all', by: 'accuracy' } as const,
}
const [held, ...training] = makeStudy()

describe('scoreCandidates', () => {
  it('gives each combination the score that it would have as a pipeline of its own', async () => {
    const candidates = listCandidates(choosing)
    const shared = await scoreCandidates(makeContext(choosing), training, held!, candidates)
    for (const [i, { pipeline }] of candidates.entries()) {
      const context = makeContext(pipeline)
      const choice = { name: 'lda', options: pipeline.classify.options }
      const decoder = await fitDecoder(context, training, 'calibrated', [choice])
      const { scores } = await scoreHeldOut(context, decoder, held!, { inner: {}, states: [] })
      expect(shared.accuracy[i]).toBe(scores.lda!.accuracy)
      expect(shared.balancedAccuracy[i]).toBe(scores.lda!.balancedAccuracy)
    }
    expect(new Set(shared.accuracy).size).toBeGreaterThan(3)
  })

  it('asks for the analysis of variance of a subject once, whatever the number of voxels', async () => {
    const asked: string[] = []
    const memo: Memo = (stage, key, compute) => {
      asked.push(stage)
      return noMemo(stage, key, compute)
    }
    const candidates = listCandidates(choosing)
    await scoreCandidates(makeContext(choosing, memo), training, held!, candidates)
    // Two templates of four subjects each: not one for every combination.
    expect(asked).toEqual(Array<string>(8).fill('anova'))
  })
})
