import { expect, it } from 'vitest'
import { formatHeadline } from '../../../src/evaluate/report/index.ts'
import { sampleReport } from './_sample-report.ts'

const flat = (mean: number) => ({
  mean,
  sd: 0.1,
  ci95: [mean - 0.03, mean + 0.03] as [number, number],
  ci99: null,
})
const summary = (mean: number) => ({
  accuracy: flat(mean),
  balancedAccuracy: flat(mean),
  macroF1: flat(mean),
  auc: null,
  logLoss: flat(0.5),
  ece: flat(0.1),
})

it('says the main result in words', () => {
  const report = sampleReport({
    summary: summary(0.87),
    unaligned: summary(0.41),
    zeroShot: summary(0.39),
  })
  expect(formatHeadline(report)).toBe(
    '12 subjects: balanced accuracy .87 (95 % CI [.84, .90]), chance .33. ' +
      'Balanced accuracy is .41 without alignment and .39 without any data of the subject (zero-shot). ' +
      'Accuracy is .87, where always naming the commonest class gives .50; the true-parameter classifier reaches .94.',
  )
})

it('claims no interval from one subject', () => {
  const report = sampleReport({ unaligned: null, zeroShot: null, oracle: null }, 1)
  expect(formatHeadline(report)).toMatch(
    /^1 subject: balanced accuracy \.\d\d \(no interval from a single subject\), chance \.33\. Accuracy is/,
  )
})

it('says when nothing was scored', () => {
  expect(formatHeadline(sampleReport({ summary: null }))).toContain('No subject could be scored')
})
