import { describe, expect, it } from 'vitest'
import { createFinding, formatFinding } from '../../../src/core/errors/finding.ts'
import { LimbicError } from '../../../src/core/errors/limbic-error.ts'

const details = { bold: 'sub-02_bold.nii.gz', expected: 'sub-02_events.tsv' }

describe('createFinding', () => {
  it('says what the error of the same code would say', () => {
    expect(createFinding('warning', 'EVENTS_MISSING', details)).toEqual({
      code: 'EVENTS_MISSING',
      severity: 'warning',
      message: new LimbicError('EVENTS_MISSING', details).message,
    })
  })
})

describe('formatFinding', () => {
  it('is one line: how bad, which code, what to do', () => {
    expect(formatFinding(createFinding('error', 'EVENTS_MISSING', details))).toMatchInlineSnapshot(
      `"ERROR EVENTS_MISSING sub-02_bold.nii.gz: The run has no events file, so its volumes cannot be labelled. Expected sub-02_events.tsv; found no such file. Try: Add the events file with the columns onset, duration and trial_type, or drop the run."`,
    )
  })
})
