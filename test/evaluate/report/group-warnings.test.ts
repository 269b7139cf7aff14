import { expect, it } from 'vitest'
import { groupWarnings } from '../../../src/evaluate/report/group-warnings.ts'

it('names a subject once, whose warning names it twice', () => {
  expect(
    groupWarnings(['sub-01: sub-01: few rows. Try: more', 'sub-02: few rows. Try: more']),
  ).toEqual(['sub-01, sub-02: few rows. Try: more'])
})

it('keeps apart what differs, keeps order, and loses nothing', () => {
  expect(groupWarnings(['sub-02: b', 'whole dataset', 'sub-01: sub-03: b', 'sub-01: a'])).toEqual([
    'sub-02: b',
    'whole dataset',
    'sub-01: sub-03: b',
    'sub-01: a',
  ])
})
