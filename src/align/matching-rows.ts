/** Subjects `[T x V_s]` -> the assurance that their rows can match: as many in each. */
import { LimbicError } from '../core/errors/index.ts'
import type { Matrix64 } from '../core/types.ts'

/**
 * Asserts that there are several subjects, all with as many rows.
 *
 * @param subjects - Calibration data `[T x V_s]`.
 * @param why - What at least two of them are needed for, as `find a response that they share`.
 * @returns Nothing.
 * @throws {LimbicError} `TOO_FEW_SUBJECTS` with fewer than two; `SHAPE_MISMATCH` naming the first that has another number of rows.
 */
export function assertMatchingRows(subjects: readonly Matrix64[], why: string): void {
  const [first] = subjects
  if (first === undefined || subjects.length < 2)
    throw new LimbicError('TOO_FEW_SUBJECTS', {
      found: subjects.map((_, s) => `subject ${s + 1}`),
      needed: 2,
      why,
    })
  const differing = subjects.findIndex(({ nRows }) => nRows !== first.nRows)
  if (differing >= 0)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'the calibration data of the subjects',
      expected: `${first.nRows} rows, as in subject 0`,
      found: `${subjects[differing]!.nRows} in subject ${differing}`,
    })
}
