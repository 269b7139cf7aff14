import { expect, it } from 'vitest'
import { formatDuration } from '../../../src/cli/reporters/index.ts'

it.each([
  [0, '0.0 s'],
  [9.94, '9.9 s'],
  [59.4, '59 s'],
  [59.6, '1 min 00 s'],
  [3599.6, '1 h 00 min'],
  [7799, '2 h 10 min'],
])('says %d s as %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})
