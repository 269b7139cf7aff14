import { describe, expect, it } from 'vitest'
import { countScored, isSingleSplit } from '../../../src/evaluate/report/scored.ts'
import { formatHeadline, formatReportText } from '../../../src/evaluate/report/index.ts'
import { formatSubjectFigure } from '../../../src/evaluate/report/subject-figure.ts'
import { sampleReport } from './_sample-report.ts'

const subjects = sampleReport()
const one = sampleReport({}, 1)
const split = sampleReport({
  protocol: 'paper',
  folds: one.folds.map((fold) => ({ ...fold, subject: 'all' })),
  summary: {
    ...one.summary!,
    balancedAccuracy: { ...one.summary!.balancedAccuracy, ci95: null },
  },
})
const nSubjects = split.data.subjects.length

describe('isSingleSplit', () => {
  it('knows a split of everybody from subjects, whatever they are called', () => {
    expect(isSingleSplit(split)).toBe(true)
    expect(isSingleSplit(subjects)).toBe(false)
    expect(isSingleSplit({ ...split, protocol: 'strict' })).toBe(false)
    expect(isSingleSplit(sampleReport({ protocol: 'paper' }, 1))).toBe(false)
  })
})

describe('countScored', () => {
  it('counts subjects, and says that a split is of all of them', () => {
    expect(countScored(subjects)).toBe('12 subjects')
    expect(countScored(one)).toBe('1 subject')
    expect(countScored(split)).toBe(`one split of ${nSubjects} subjects`)
  })

  it('is what headline, terminal and figure say', () => {
    expect(formatHeadline(split)).toMatch(
      new RegExp(`^One split of ${nSubjects} subjects: .* \\(no interval from a single split\\)`),
    )
    expect(formatReportText(split)).toContain(`paper protocol, one split of ${nSubjects} subjects,`)
    expect(formatSubjectFigure(split).html).toContain('The test part of the split')
  })
})
