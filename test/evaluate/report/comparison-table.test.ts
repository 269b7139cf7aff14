import { expect, it } from 'vitest'
import type { Comparison } from '../../../src/core/schemas/report.ts'
import { formatComparisonTable } from '../../../src/evaluate/report/comparison-table.ts'

const compare = (a: string, b: string, p: number): Comparison => ({
  ...{ a, b, meanDifference: -0.051, ci95: [-0.1, 0], p, pWilcoxon: NaN, pFdr: 2 * p },
})

it('puts the reported model first, then the smallest p', () => {
  const text = formatComparisonTable(
    [compare('svm', 'lda', 0.00001), compare('net', 'svm', 0.5), compare('net', 'lda', 0.02)],
    'net',
  ).html
  const order = ['net − lda', 'net − svm', 'svm − lda'].map((pair) => text.indexOf(pair))
  expect(order).toEqual([...order].sort((a, b) => a - b))
  expect(order[0]).toBeGreaterThan(0)
  expect(text).toContain('−.051')
  expect(text).toContain('&lt; .0001')
})

it('says how many are left out, and is empty without any', () => {
  const many = Array.from({ length: 30 }, (_, i) => compare('a', `b${i}`, 0.1))
  expect(formatComparisonTable(many, 'a').html).toContain('6 more comparisons')
  expect(formatComparisonTable([], 'a').html).toBe('')
})
