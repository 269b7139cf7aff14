/** BIDS tables (tab-separated, one header row) -> columns and rows of text; `n/a` is a missing value. */
import { readFile } from 'node:fs/promises'
import { LimbicError } from '../core/errors/index.ts'

/** A table as text. Row `i` has one cell per column. */
export interface TsvTable {
  readonly file: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/**
 * Reads a BIDS table.
 *
 * @param file - Path.
 * @returns The table.
 * @throws {LimbicError} `FILE_NOT_FOUND`; `TSV_INVALID` with the 1-based line.
 */
export async function readTsv(file: string): Promise<TsvTable> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'ENOENT' ? new LimbicError('FILE_NOT_FOUND', { file }, { cause }) : cause
  })
  return parseTsv(decodeText(bytes, file), file)
}

/**
 * Parses a BIDS table. A byte order mark, CRLF line ends and empty lines at the end are accepted.
 *
 * @param text - The whole table.
 * @param file - Name for messages.
 * @returns The table; cells are not trimmed.
 * @throws {LimbicError} `TSV_INVALID` for no header, a nameless or repeated column, or a row with more or fewer cells than columns.
 */
export function parseTsv(text: string, file = '<text>'): TsvTable {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  while (lines.length > 0 && lines.at(-1) === '') lines.pop()
  if (lines.length === 0) throw invalid(file, 1, 'a row of column names', 'an empty file')
  const columns = lines[0]!.split('\t')
  checkColumns(columns, file)
  const rows = lines.slice(1).map((line, i) => {
    const cells = line.split('\t')
    if (cells.length !== columns.length)
      throw invalid(file, i + 2, `${columns.length} cells`, `${cells.length}`)
    return cells
  })
  return { file, columns, rows }
}

/**
 * The index of a column.
 *
 * @param table - The table.
 * @param column - Its exact name.
 * @returns The 0-based index.
 * @throws {LimbicError} `TSV_COLUMN_MISSING` naming the file, the column and the columns that there are.
 */
export function columnIndex(table: TsvTable, column: string): number {
  const index = table.columns.indexOf(column)
  if (index < 0)
    throw new LimbicError('TSV_COLUMN_MISSING', { file: table.file, column, found: table.columns })
  return index
}

/**
 * A column as numbers.
 *
 * @param table - The table.
 * @param column - Its exact name.
 * @returns One number per row; NaN for `n/a` and for an empty cell.
 * @throws {LimbicError} `TSV_COLUMN_MISSING`; `TSV_INVALID` with the line of a cell that is neither a number nor `n/a`.
 */
export function numericColumn(table: TsvTable, column: string): Float64Array {
  const index = columnIndex(table, column)
  return Float64Array.from(table.rows, (row, i) => {
    const cell = row[index]!.trim()
    if (isMissing(cell)) return NaN
    const value = Number(cell)
    if (Number.isNaN(value))
      throw invalid(table.file, i + 2, `a number or n/a in column "${column}"`, `"${cell}"`)
    return value
  })
}

/**
 * Tells whether a cell holds no value.
 *
 * @param cell - The text of the cell.
 * @returns Whether it is `n/a` or empty; BIDS asks for the first, some tools write the second.
 * @throws Never.
 */
export function isMissing(cell: string): boolean {
  const text = cell.trim()
  return text === '' || text.toLowerCase() === 'n/a' || text.toLowerCase() === 'nan'
}

/**
 * The rows as records.
 *
 * @param table - The table.
 * @returns One object per row, column name -> cell.
 * @throws Never.
 */
export function tsvRecords(table: TsvTable): Record<string, string>[] {
  return table.rows.map((row) =>
    Object.fromEntries(table.columns.map((column, i) => [column, row[i]!])),
  )
}

function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw invalid(file, 1, 'text in UTF-8', 'other bytes')
  }
}

function checkColumns(columns: readonly string[], file: string): void {
  const nameless = columns.findIndex((column) => column.trim() === '')
  if (nameless >= 0)
    throw invalid(file, 1, 'a name for every column', `column ${nameless + 1} without one`)
  const repeated = columns.find((column, i) => columns.indexOf(column) !== i)
  if (repeated !== undefined)
    throw invalid(file, 1, 'every column name once', `"${repeated}" more than once`)
}

function invalid(file: string, line: number, expected: string, found: string): LimbicError {
  return new LimbicError('TSV_INVALID', { file, line, expected, found })
}
