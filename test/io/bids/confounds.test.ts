import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfounds } from '../../../src/io/bids/index.ts'
import { codeOf } from '../nifti/_files.ts'
import { makeDataset } from './_dataset.ts'

const fileWith = (text: string): string => join(makeDataset({ 'c.tsv': text }), 'c.tsv')
const table = fileWith(
  [
    'trans_x\ttrans_x_derivative1\ttrans_y\tcsf\tframewise_displacement',
    '1\tn/a\t4\t7\tn/a',
    '2\t1\t5\t8\t0.5',
    '4\t2\t6\t9\t0.25',
  ].join('\n'),
)

describe('readConfounds', () => {
  it('reads columns in the order asked for, rows by volume', async () => {
    expect(await readConfounds(table, ['csf', 'trans_x'])).toEqual({
      data: Float64Array.of(7, 1, 8, 2, 9, 4),
      nRows: 3,
      nCols: 2,
      names: ['csf', 'trans_x'],
    })
  })

  it('expands patterns in the order of the table, each column once', async () => {
    const { names } = await readConfounds(table, ['trans_y', 'trans_*', '*_displacement'])
    expect(names).toEqual(['trans_y', 'trans_x', 'trans_x_derivative1', 'framewise_displacement'])
  })

  it('gives a difference that does not exist at the first volume the value of the second', async () => {
    const { data } = await readConfounds(table, ['trans_x_derivative1', 'framewise_displacement'])
    expect(data).toEqual(Float64Array.of(1, 0.5, 1, 0.5, 2, 0.25))
  })

  it('gives 0 when there is no second volume', async () => {
    const { data } = await readConfounds(fileWith('a\nn/a\n'), ['a'])
    expect(data).toEqual(Float64Array.of(0))
  })

  it('takes a point in a pattern for a point', async () => {
    const file = fileWith('a.b\taxb\n1\t2\n')
    expect((await readConfounds(file, ['a.*'])).names).toEqual(['a.b'])
  })

  it('names a column or pattern that fits nothing', async () => {
    await expect(readConfounds(table, ['rot_*'])).rejects.toMatchObject({
      code: 'TSV_COLUMN_MISSING',
      details: { column: 'rot_*' },
    })
  })

  it.each(['1\nn/a', '1\ninf', 'n/a\nn/a'])(
    'refuses a gap below the first row: %j',
    async (rows) => {
      expect(await codeOf(() => readConfounds(fileWith(`a\n${rows}\n2\n`), ['a']))).toBe(
        'TSV_INVALID',
      )
    },
  )

  it('gives an empty matrix for no columns', async () => {
    expect(await readConfounds(table, [])).toEqual({
      data: new Float64Array(0),
      nRows: 3,
      nCols: 0,
      names: [],
    })
  })
})
