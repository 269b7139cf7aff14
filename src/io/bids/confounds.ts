/** A confounds table of fMRIPrep -> a matrix `[nVolumes x nConfounds]`, row-major float64. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix64 } from '../../core/types.ts'
import { numericColumn, readTsv, type TsvTable } from '../tsv.ts'

/** Confounds of a run, one named column each. */
export interface Confounds extends Matrix64 {
  readonly names: readonly string[]
}

/**
 * Reads columns of a confounds table.
 *
 * @param file - `*_desc-confounds_timeseries.tsv`, or any table with one row per volume.
 * @param columns - Names of columns; `*` stands for any characters (`trans_*`).
 * @returns `[nVolumes x nConfounds]` in the units of the table, columns in the order asked for, within one pattern in that of the
 *   table, each once.
 * @throws {LimbicError} `TSV_COLUMN_MISSING` for a name or pattern that fits no column; `TSV_INVALID` with the line of a cell that
 *   is not a number, or is `n/a` below the first row; `FILE_NOT_FOUND`.
 * @remarks Backward differences (`*_derivative1`, `framewise_displacement`, `dvars`) do not exist at the first volume, where fMRIPrep
 *   writes `n/a`. As in nilearn's `load_confounds`, that cell takes the value of the second row; in a table of one row it is 0.
 */
export async function readConfounds(file: string, columns: readonly string[]): Promise<Confounds> {
  const table = await readTsv(file)
  const names = [...new Set(columns.flatMap((pattern) => matchColumns(table, pattern)))]
  const nRows = table.rows.length
  const data = new Float64Array(nRows * names.length)
  names.forEach((name, column) => {
    const values = completeColumn(table, name)
    values.forEach((value, row) => (data[row * names.length + column] = value))
  })
  return { data, nRows, nCols: names.length, names }
}

function matchColumns(table: TsvTable, pattern: string): readonly string[] {
  const literal = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
  const expression = new RegExp(`^${literal.join('.*')}$`)
  const names = table.columns.filter((column) => expression.test(column))
  if (names.length > 0) return names
  throw new LimbicError('TSV_COLUMN_MISSING', {
    file: table.file,
    column: pattern,
    found: table.columns,
  })
}

function completeColumn(table: TsvTable, name: string): Float64Array {
  const values = numericColumn(table, name)
  if (Number.isNaN(values[0])) values[0] = values[1] ?? 0
  const missing = values.findIndex((value) => !Number.isFinite(value))
  if (missing < 0) return values
  throw new LimbicError('TSV_INVALID', {
    file: table.file,
    line: missing + 2,
    expected: `a finite number in column "${name}" (n/a only in the first row)`,
    found: 'n/a or an infinite number',
  })
}
