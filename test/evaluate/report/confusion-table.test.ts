import { expect, it } from 'vitest'
import {
  formatClassTable,
  formatConfusionTable,
} from '../../../src/evaluate/report/confusion-table.ts'

const classes = ['a', 'b', 'c']
const confusion = [
  [6, 2, 2],
  [0, 10, 0],
  [0, 0, 0],
]

it('shows counts and shares of the row, and no share of an empty row', () => {
  expect(cells(formatConfusionTable(classes, confusion).html)).toEqual([
    ['true \\ decoded', 'a', 'b', 'c', 'all'],
    ['a', '60 %6', '20 %2', '20 %2', '10'],
    ['b', '0 %0', '100 %10', '0 %0', '10'],
    ['c', '0 %0', '0 %0', '0 %0', '0'],
  ])
})

it('reads precision, recall and F1 off the matrix', () => {
  expect(cells(formatClassTable(classes, confusion).html).slice(1)).toEqual([
    ['a', '10', '1.00', '.60', '.75'],
    ['b', '10', '.83', '1.00', '.91'],
    ['c', '0', '.00', '–', '.00'],
  ])
})

function cells(html: string): string[][] {
  return html
    .split('<tr>')
    .slice(1)
    .map((row) =>
      [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) =>
        cell!
          .replace(/<[^>]*>\s*/g, '')
          .replace(/\s+/g, ' ')
          .replace(/% /, '%')
          .trim(),
      ),
    )
}
