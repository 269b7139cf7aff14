import { expect, it } from 'vitest'
import { layOut } from '../../../src/evaluate/report/lay-out.ts'

it('sets the first column left and the others right', () => {
  expect(
    layOut([
      ['', 'n'],
      ['a', '10'],
      ['bbb', ''],
    ]),
  ).toEqual(['      n', 'a    10', 'bbb'])
  expect(layOut([])).toEqual([])
})
