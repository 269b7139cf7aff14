import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatRunKey, type RunId } from '../../src/core/types.ts'

// BIDS labels are letters and digits.
const label = fc.stringMatching(/^[a-zA-Z0-9]{1,4}$/)
const runId: fc.Arbitrary<RunId> = fc
  .record({ subject: label, session: fc.option(label), task: label, run: label })
  .map(({ session, ...rest }) => (session === null ? rest : { ...rest, session }))

describe('formatRunKey', () => {
  it('names the run as BIDS does, with the session where there is one', () => {
    expect(formatRunKey({ subject: '01', task: 'emotion', run: '1' })).toBe(
      'sub-01/task-emotion/run-1',
    )
    expect(formatRunKey({ subject: '01', session: 'b', task: 'rest', run: '02' })).toBe(
      'sub-01/ses-b/task-rest/run-02',
    )
  })

  it('gives different runs different keys', () => {
    fc.assert(
      fc.property(runId, runId, (a, b) => {
        const isSame = (['subject', 'session', 'task', 'run'] as const).every((k) => a[k] === b[k])
        expect(formatRunKey(a) === formatRunKey(b)).toBe(isSame)
      }),
    )
  })
})
