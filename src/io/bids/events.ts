/** `events.tsv` -> events in seconds from the first volume of the run. */
import { LimbicError } from '../../core/errors/index.ts'
import { columnIndex, isMissing, numericColumn, readTsv, type TsvTable } from '../tsv.ts'

/** One event of a run. */
export interface BidsEvent {
  /** Seconds from the start of the first volume; may be negative. */
  readonly onset: number
  /** Seconds; 0 for an impulse. */
  readonly duration: number
  readonly trialType: string
}

/**
 * Reads the events of a run.
 *
 * @param file - An `events.tsv` with the columns `onset`, `duration` and `trial_type`.
 * @returns The events, sorted by onset. Rows whose `trial_type` is `n/a` belong to no condition and are left out.
 * @throws {LimbicError} `TSV_COLUMN_MISSING` naming the file and the column; `TSV_INVALID` with the line of an onset or duration
 *   that is not a number, or of a negative duration; `FILE_NOT_FOUND`.
 */
export async function readEvents(file: string): Promise<readonly BidsEvent[]> {
  const table = await readTsv(file)
  const onsets = secondsColumn(table, 'onset', -Infinity)
  const durations = secondsColumn(table, 'duration', 0)
  const trialType = columnIndex(table, 'trial_type')
  return table.rows
    .map((row, i) => ({
      onset: onsets[i]!,
      duration: durations[i]!,
      trialType: row[trialType]!.trim(),
    }))
    .filter((event) => !isMissing(event.trialType))
    .sort((a, b) => a.onset - b.onset)
}

function secondsColumn(table: TsvTable, column: string, least: number): Float64Array {
  const seconds = numericColumn(table, column)
  // Negated so that a missing value is refused too: an event without a time cannot be placed.
  const bad = seconds.findIndex((value) => !(value >= least && Number.isFinite(value)))
  if (bad < 0) return seconds
  throw new LimbicError('TSV_INVALID', {
    file: table.file,
    line: bad + 2,
    expected: `seconds${least === 0 ? ', not negative,' : ''} in column "${column}"`,
    found: `"${table.rows[bad]![columnIndex(table, column)]!}"`,
  })
}
