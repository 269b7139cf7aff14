import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  columnIndex,
  isMissing,
  numericColumn,
  parseTsv,
  readTsv,
  tsvRecords,
} from '../../src/io/tsv.ts'

describe('parseTsv', () => {
  it('reads the header and the rows as text', () => {
    const table = parseTsv('onset\tduration\ttrial_type\n0.5\t2\tnegative\n3\tn/a\tneutral\n')
    expect(table.columns).toEqual(['onset', 'duration', 'trial_type'])
    expect(table.rows).toEqual([
      ['0.5', '2', 'negative'],
      ['3', 'n/a', 'neutral'],
    ])
    expect(tsvRecords(table)[1]).toEqual({ onset: '3', duration: 'n/a', trial_type: 'neutral' })
  })

  it('accepts a byte order mark, CRLF and empty lines at the end', () => {
    const table = parseTsv('\uFEFFa\tb\r\n1\t2\r\n\r\n')
    expect(table.columns).toEqual(['a', 'b'])
    expect(table.rows).toEqual([['1', '2']])
  })

  it('reads a header without rows', () => {
    expect(parseTsv('a\tb').rows).toEqual([])
  })

  it.each([
    ['', 'line 1', 'an empty file'],
    ['a\ta\n', 'line 1', '"a" more than once'],
    ['a\t\n', 'line 1', 'column 2 without one'],
    ['a\tb\n1\t2\n3\n', 'line 3', 'Expected 2 cells; found 1'],
    ['a\tb\n1\t2\t3\n', 'line 2', 'Expected 2 cells; found 3'],
    ['a\tb\n\n1\t2\n', 'line 2', 'Expected 2 cells; found 1'],
  ])('refuses %j and names the line', (text, line, found) => {
    expect(() => parseTsv(text, 'x.tsv')).toThrow(line)
    expect(() => parseTsv(text, 'x.tsv')).toThrow(found)
  })

  it('gives back any table that was joined with tabs', () => {
    const cell = fc.stringMatching(/^[^\t\r\n\uFEFF]{1,8}$/)
    const tables = fc
      .integer({ min: 1, max: 5 })
      .chain((n) => fc.array(fc.array(cell, { minLength: n, maxLength: n }), { maxLength: 6 }))
    fc.assert(
      fc.property(tables, (rows) => {
        const columns = Array.from({ length: rows[0]?.length ?? 2 }, (_, i) => `column${i}`)
        const text = [columns, ...rows].map((row) => row.join('\t')).join('\n') + '\n'
        expect(parseTsv(text)).toEqual({ file: '<text>', columns, rows })
      }),
    )
  })
})

describe('columns of a table', () => {
  const table = parseTsv('x\ty\n1\t-2e3\nn/a\tfour\n', 'x.tsv')

  it('gives numbers, NaN for n/a', () => {
    expect(numericColumn(table, 'x')).toEqual(Float64Array.of(1, NaN))
    expect(isMissing('n/a')).toBe(true)
    expect(isMissing('0')).toBe(false)
  })

  it('names the line of a cell that is not a number', () => {
    expect(() => numericColumn(table, 'y')).toThrowErrorMatchingInlineSnapshot(
      `[LimbicError: x.tsv, line 3: The table is not valid. Expected a number or n/a in column "y"; found "four". Try: Correct that line; columns are separated by tabs, and a missing value is n/a.]`,
    )
  })

  it('names a missing column and those that there are', () => {
    expect(() => columnIndex(table, 'z')).toThrowErrorMatchingInlineSnapshot(
      `[LimbicError: x.tsv: The table has no column "z". Expected a column "z"; found the columns x, y. Try: Add the column, or name one that the table has.]`,
    )
  })
})

describe('readTsv', () => {
  const folder = mkdtempSync(join(tmpdir(), 'limbic-tsv-'))

  it('says that a file is missing', async () => {
    await expect(readTsv(join(folder, 'none.tsv'))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    })
  })

  it('refuses bytes that are not UTF-8', async () => {
    const file = join(folder, 'latin.tsv')
    writeFileSync(file, Uint8Array.of(0x61, 0xe9, 0x0a))
    await expect(readTsv(file)).rejects.toMatchObject({ code: 'TSV_INVALID' })
  })
})
