import { expect, it } from 'vitest'
import { formatPairTable, listPairs } from '../../../src/evaluate/report/pair-table.ts'

const classes = ['a', 'b', 'c']
const confusion = [
  [6, 2, 2],
  [0, 10, 0],
  [0, 0, 0],
]
const perfect = [
  [4, 0, 0],
  [0, 4, 0],
  [0, 0, 4],
]

it('tells two classes apart without the third, as a mean over subjects that have both', () => {
  const pairs = listPairs(classes, [{ confusion }, { confusion: perfect }], null)
  expect(pairs.map(({ a, b, nSubjects }) => [a, b, nSubjects])).toEqual([
    ['a', 'b', 2],
    ['a', 'c', 1],
    ['b', 'c', 1],
  ])
  expect(pairs[0]!.statistic!.mean).toBeCloseTo(0.9375, 12) // (6 of 8 and 10 of 10, .875; 1.00)
  expect(pairs[1]!.statistic!.ci95).toBeNull()
})

it('shows pairs of conditions apart from pairs with rest', () => {
  const text = formatPairTable(classes, [{ confusion: perfect }], 'a').html
  expect(text.indexOf('b / c')).toBeLessThan(text.indexOf('Pairs with rest'))
  expect(text.indexOf('a / b')).toBeGreaterThan(text.indexOf('Pairs with rest'))
})

it('has a dash where no subject has both classes', () => {
  expect(listPairs(classes, [{ confusion }], null)[1]!.statistic).toBeNull()
  expect(formatPairTable(classes, [{ confusion }], null).html).toContain('–')
})
