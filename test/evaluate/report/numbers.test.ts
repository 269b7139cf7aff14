import { expect, it } from 'vitest'
import {
  formatCount,
  formatInterval,
  formatProportion,
} from '../../../src/evaluate/report/numbers.ts'

it.each([
  [0.874, '.87'],
  [0.996, '1.00'],
  [1, '1.00'],
  [0, '.00'],
  [-0.25, '−.25'],
])('writes the proportion %d as %s', (value, text) => {
  expect(formatProportion(value)).toBe(text)
})

it('sets thousands apart', () => {
  expect([0, 999, 1000, 1234567].map(formatCount)).toEqual([
    '0',
    '999',
    '1\u202f000',
    '1\u202f234\u202f567',
  ])
})

it('says when there is no interval', () => {
  expect(formatInterval(null)).toBe('none')
})
