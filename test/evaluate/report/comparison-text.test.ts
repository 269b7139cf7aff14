import { expect, it } from 'vitest'
import { compareRuns } from '../../../src/evaluate/compare-runs.ts'
import { formatRunComparisonText } from '../../../src/evaluate/report/comparison-text.ts'
import { sampleReport } from './_sample-report.ts'

const strict = { run: 'strict', report: sampleReport({ baselines: {} }) }
const { summary } = strict.report
const paper = {
  run: 'paper',
  report: sampleReport({
    ...{ protocol: 'paper', leaks: ['Everything was seen.'], baselines: {} },
    summary: { ...summary!, balancedAccuracy: { ...summary!.balancedAccuracy, mean: 0.98 } },
  }),
}

it('shows every run, the difference and the optimism', () => {
  const text = formatRunComparisonText(compareRuns([strict, paper]))
  const lines = text.split('\n')
  expect(lines[1]).toMatch(/^strict +strict +cnn1d-compact +12 +\.86 /)
  expect(lines[2]).toMatch(/^paper +paper +cnn1d-compact +12 +\.98 .* 1$/)
  expect(text).toContain('strict - paper')
  expect(text).toMatch(/OPTIMISM \+1\d\.\d points: cnn1d-compact, balanced accuracy \.980 in paper/)
  expect(text).toContain('LEAK Everything was seen.')
})

it('says less where there is less to say', () => {
  const failed = sampleReport({
    ...{ summary: null, folds: [], baselines: {} },
    failedFolds: [{ subject: '01', code: 'INTERNAL', message: '' }],
  })
  const text = formatRunComparisonText(compareRuns([{ run: 'x', report: failed }]))
  expect(text).toContain('0 (1 failed)')
  expect(text).not.toContain('OPTIMISM')
})
