import { expect, it } from 'vitest'
import { formatMethods } from '../../../src/evaluate/report/methods-section.ts'
import { sampleReport } from './_sample-report.ts'

it('shows protocol, methods, versions and seed', () => {
  const text = formatMethods(sampleReport({ methodsText: ['Paste <me>.'] })).html
  expect(text).toContain('Paste &lt;me&gt;.')
  expect(text).toContain('0.1.0')
  expect(text).not.toContain('Chosen on inner subjects')
})

it('shows what was chosen for every subject', () => {
  const report = sampleReport()
  const [first, ...others] = report.folds
  const folds = [{ ...first!, choices: { k: 100, map: 'ridge' } }, ...others]
  const text = formatMethods({ ...report, folds }).html
  expect(text).toContain('Chosen on inner subjects')
  expect(text).toContain('ridge')
})
