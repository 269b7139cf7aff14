import { expect, it } from 'vitest'
import { formatPermutation } from '../../../src/evaluate/report/permutation-figure.ts'

const tested = {
  ...{ observed: 0.8, nullMean: 0.34, p: 1 / 5, pFamilywise: 2 / 5, null: [0.3, 0.34, 0.341, 0.4] },
}
const report = { model: 'lda', chance: { uniform: 1 / 3, majority: 0.5 } }

it('counts permutations in bins, and puts the reported model first', () => {
  const text = formatPermutation({ n: 4, models: { svm: tested, lda: tested } }, report).html
  expect(text.indexOf('permutation scores of lda')).toBeLessThan(
    text.indexOf('permutation scores of svm'),
  )
  expect(text.match(/<rect /g)).toHaveLength(2 * 3) // .34 and .341 share a bin
  expect(text).toContain('.200')
  expect(text).toContain('.400')
})

it('draws no histogram of nothing', () => {
  const text = formatPermutation({ n: 0, models: { lda: { ...tested, null: [] } } }, report).html
  expect(text).not.toContain('<svg')
})
