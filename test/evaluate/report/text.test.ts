import { expect, it } from 'vitest'
import { formatReportText } from '../../../src/evaluate/report/index.ts'
import { sampleReport } from './_sample-report.ts'

it('sets every classifier beside chance and the ceiling', () => {
  expect(formatReportText(sampleReport())).toMatchInlineSnapshot(`
    "emotion-simulated: strict protocol, 12 subjects, negative / neutral / rest

                      balanced accuracy     95 % CI  accuracy
    cnn1d-compact                   .86  [.84, .89]       .86
      unaligned                     .41  [.38, .43]       .41
      zero-shot                     .38  [.37, .40]       .38
      within-subject                .86  [.84, .89]       .86
    linear-svm                      .78  [.77, .80]       .78
      unaligned                     .40  [.37, .43]       .40
      zero-shot                     .36  [.34, .38]       .36
    lda                             .73  [.72, .75]       .74
      unaligned                     .40  [.38, .43]       .40
      zero-shot                     .37  [.35, .39]       .37
    chance                          .33                   .33
    majority class                  .33                   .50
    true parameters                                       .94
    "
  `)
})

it('begins with leaks, so that nobody reads the figures without them', () => {
  const lines = formatReportText(sampleReport({ leaks: ['a', 'b'] })).split('\n')
  expect(lines[0]).toMatch(/^!{70,}$/)
  expect(lines[1]).toContain('these figures do NOT estimate how well a new subject is decoded')
  expect(lines.slice(2, 4)).toEqual(['!!  LEAK a', '!!  LEAK b'])
})

it('ends with failures and warnings', () => {
  const text = formatReportText(
    sampleReport({
      failedFolds: [{ subject: '03', code: 'INTERNAL', message: 'b' }],
      warnings: ['c'],
    }),
  )
  expect(text.split('\n').slice(-4)).toEqual(['', 'FAILED 03 INTERNAL b', 'WARNING c', ''])
})

it('does without a summary', () => {
  const text = formatReportText(
    sampleReport({ summary: null, unaligned: null, zeroShot: null, baselines: {}, oracle: null }),
  )
  expect(text).toContain('majority class')
  expect(text).not.toContain('cnn1d')
})
