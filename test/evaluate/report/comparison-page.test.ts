import { expect, it } from 'vitest'
import { compareRuns } from '../../../src/evaluate/compare-runs.ts'
import { formatRunComparisonHtml } from '../../../src/evaluate/report/comparison-page.ts'
import { sampleReport } from './_sample-report.ts'

const hostile = '<img src=x onerror=alert(1)>'
const comparison = compareRuns([
  { run: 'strict', report: sampleReport() },
  { run: hostile, report: sampleReport({ protocol: 'paper', leaks: [hostile] }) },
])

it('shows rows, marks, differences, optimism and leaks, and lets no name be markup', () => {
  const page = formatRunComparisonHtml(comparison)
  expect(page.match(/<circle/g)).toHaveLength(2)
  expect(page).toContain('Optimism of a leaking protocol')
  expect(page).toContain('Differences in balanced accuracy')
  expect(page).not.toContain('<img')
  expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:|<script|<link/)
  expect(formatRunComparisonHtml(comparison)).toBe(page)
})

it('does with a single run', () => {
  const page = formatRunComparisonHtml(compareRuns([{ run: 'a', report: sampleReport() }]))
  expect(page).not.toContain('Optimism')
  expect(page).not.toContain('Differences')
})
