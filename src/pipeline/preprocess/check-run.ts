/** A run's header -> whether it can be preprocessed. */
import { LimbicError } from '../../core/errors/index.ts'
import type { BidsRun } from '../../io/bids/index.ts'

// Mosaics have tiles of 32 pixels or more, and several of them along each side; single slices of functional runs are smaller.
const smallestMosaic = 192

/**
 * Refuses images whose slices lie side by side.
 *
 * @param run - The run.
 * @returns Nothing.
 * @throws {LimbicError} `BOLD_IS_MOSAIC` for a single slice that is as large as a mosaic.
 */
export function assertSplit({ bold, header }: Pick<BidsRun, 'bold' | 'header'>): void {
  const [columns, rows, slices] = header.grid.shape
  if (slices === 1 && columns >= smallestMosaic && rows >= smallestMosaic)
    throw new LimbicError('BOLD_IS_MOSAIC', { bold, columns, rows })
}
