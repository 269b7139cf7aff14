/** Runs of a dataset -> findings about what must agree between them: repetition times, grids, masks. */
import { createFinding, type Finding } from '../../core/errors/index.ts'
import type { Grid } from '../../core/types.ts'
import { readNiftiHeader } from '../nifti/index.ts'
import { collect } from './build-run.ts'
import { groupBy } from './group-by.ts'
import type { BidsRun } from './types.ts'

const trToleranceSeconds = 1e-3
// Affines are stored as float32, and tools recompute them: less than a thousandth of a millimetre is rounding.
const affineToleranceMm = 1e-3

/**
 * Compares repetition times between the runs of each task, and grids between the runs of each subject.
 *
 * @param runs - The runs.
 * @returns `TR_MISMATCH` (error), `GRID_MISMATCH` (error for another shape, warning for another affine).
 * @throws Never.
 */
export function checkAgreement(runs: readonly BidsRun[]): readonly Finding[] {
  return [
    ...groupBy(runs, (run) => run.id.task).flatMap(checkTimes),
    ...groupBy(runs, (run) => run.id.subject).flatMap(checkGrids),
  ]
}

/**
 * Compares each run with its mask.
 *
 * @param run - The run.
 * @returns `MASK_GRID_MISMATCH` (error), or why the mask cannot be read.
 * @throws The error of the file system when a file cannot be read for reasons that are not in the data.
 */
export async function checkMask(run: BidsRun): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const { mask, bold, header } = run
  if (mask === undefined) return findings
  const found = await collect('error', findings, () => readNiftiHeader(mask))
  if (
    found !== undefined &&
    (!sameShape(found.grid, header.grid) || !sameAffine(found.grid, header.grid))
  )
    findings.push(
      createFinding('error', 'MASK_GRID_MISMATCH', {
        mask,
        bold,
        expected: describeGrid(header.grid),
        found: describeGrid(found.grid),
      }),
    )
  return findings
}

function checkTimes(runs: readonly BidsRun[]): readonly Finding[] {
  const [first, ...others] = runs
  return others
    .filter((run) => Math.abs(run.trSeconds - first!.trSeconds) > trToleranceSeconds)
    .map((run) =>
      createFinding('error', 'TR_MISMATCH', {
        file: run.bold,
        expected: `${first!.trSeconds} s, as in ${first!.bold}`,
        found: `${run.trSeconds} s`,
      }),
    )
}

function checkGrids(runs: readonly BidsRun[]): readonly Finding[] {
  const [first, ...others] = runs
  const { grid } = first!.header
  return others
    .filter((run) => !sameShape(run.header.grid, grid) || !sameAffine(run.header.grid, grid))
    .map((run) =>
      createFinding(sameShape(run.header.grid, grid) ? 'warning' : 'error', 'GRID_MISMATCH', {
        file: run.bold,
        expected: `${describeGrid(grid)}, as in ${first!.bold}`,
        found: describeGrid(run.header.grid),
      }),
    )
}

function sameShape(a: Grid, b: Grid): boolean {
  return a.shape.every((size, axis) => size === b.shape[axis])
}

function sameAffine(a: Grid, b: Grid): boolean {
  return a.affine.every((value, i) => Math.abs(value - b.affine[i]!) <= affineToleranceMm)
}

function describeGrid({ shape, affine }: Grid): string {
  const rows = [0, 4, 8].map((row) =>
    affine
      .slice(row, row + 4)
      .map((value) => Number(value.toFixed(4)))
      .join(' '),
  )
  return `${shape.join(' x ')} voxels with affine [${rows.join('; ')}]`
}
