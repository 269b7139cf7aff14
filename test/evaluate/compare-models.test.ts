import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commonModels, compareModels } from '../../src/evaluate/compare-models.ts'
import { foldsWithScores } from './_folds.ts'

describe('compareModels', () => {
  it('compares a pair subject by subject, by hand', () => {
    const [pair, ...others] = compareModels(
      foldsWithScores({ lda: [0.5, 0.6, 0.9], ridge: [0.4, 0.4, 0.6] }),
    )
    expect(others).toEqual([])
    expect(pair).toMatchObject({ a: 'lda', b: 'ridge' })
    // Differences .1, .2, .3: t = .2 / (.1 / sqrt 3) = 3.4641 on 2 degrees of freedom; all of 2^3 signs, both sides: 2/8.
    expect(pair!.meanDifference).toBeCloseTo(0.2, 12)
    expect(pair!.p).toBeCloseTo(0.0741799, 6)
    expect(pair!.pFdr).toBe(pair!.p)
    expect(pair!.pWilcoxon).toBeCloseTo(0.25, 12)
    expect(pair!.ci95![0]).toBeCloseTo(0.2 - (4.30265273 * 0.1) / Math.sqrt(3), 8)
  })

  it('names every pair once and corrects over all of them', () => {
    const pairs = compareModels(
      foldsWithScores({ a: [0.5, 0.6, 0.9], b: [0.4, 0.4, 0.6], c: [0.1, 0.3, 0.2] }),
    )
    expect(pairs.map(({ a, b }) => a + b)).toEqual(['ab', 'ac', 'bc'])
    for (const { p, pFdr } of pairs) expect(pFdr).toBeGreaterThanOrEqual(p)
  })

  it('changes its sign and nothing else when the models change places', () => {
    const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: 4,
      maxLength: 4,
    })
    fc.assert(
      fc.property(scores, scores, (x, y) => {
        const [forth] = compareModels(foldsWithScores({ x, y }))
        const [back] = compareModels(foldsWithScores({ y, x }))
        expect(back!.meanDifference).toBeCloseTo(-forth!.meanDifference, 12)
        expect(back!.p).toBeCloseTo(forth!.p, 9)
        expect(back!.pWilcoxon).toBeCloseTo(forth!.pWilcoxon, 9)
      }),
    )
  })

  it('says p = 1 of models that agree in every subject, and nothing of one subject', () => {
    const [same] = compareModels(foldsWithScores({ a: [0.5, 0.7], b: [0.5, 0.7] }))
    expect(same).toMatchObject({ meanDifference: 0, ci95: [0, 0], p: 1, pWilcoxon: 1, pFdr: 1 })
    expect(compareModels(foldsWithScores({ a: [0.5], b: [0.4] }))).toEqual([])
    expect(compareModels([])).toEqual([])
  })
})

it('a model that a fold lacks is none of all folds', () => {
  const [one, two] = foldsWithScores({ a: [0.5, 0.7], b: [0.5, 0.6], c: [0.1, 0.1] })
  const { a, c } = two!.models
  expect(commonModels([one!, { models: { a: a!, c: c! } }])).toEqual(['a', 'c'])
  expect(commonModels([])).toEqual([])
})
