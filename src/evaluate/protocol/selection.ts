/** Labelled runs -> the voxels that separate the classes, one set for everybody or one per subject. */
import { LimbicError } from '../../core/errors/index.ts'
import type { CleanStep } from '../../core/schemas/pipeline.ts'
import type { Matrix32 } from '../../core/types.ts'
import { createAnova } from '../../select/anova.ts'
import {
  fitOwnSelection,
  fitSharedSelection,
  type SelectionState,
} from '../../select/select-voxels.ts'
import type { ProtocolContext } from './context.ts'
import { formatGrid, isSameGrid } from './same-grid.ts'
import { centreOnRunningMean } from './scale.ts'
import { commonVoxels, runKeys, type RunData, type SubjectData } from './subject-data.ts'

/**
 * The k voxels with the largest mean F over the training subjects, the same in everybody; every voxel inside all masks with mode `all`.
 *
 * @param context - Settings and services.
 * @param subjects - Training subjects on one grid.
 * @returns The selection, as grid indices.
 * @throws {LimbicError} `SELECTION_EMPTY`, `SELECT_K_TOO_LARGE`, `ONE_CLASS_ONLY`.
 */
export async function selectSharedVoxels(
  context: ProtocolContext,
  subjects: readonly SubjectData[],
): Promise<SelectionState> {
  const runs = subjects.flatMap((subject) => subject.runs)
  const candidates = commonVoxels(runs)
  if (candidates.length === 0)
    throw new LimbicError('SELECTION_EMPTY', { subjects: subjects.map((s) => s.subject) })
  if (context.pipeline.select.mode === 'all') {
    const unranked = new Float64Array(candidates.length)
    return fitSharedSelection([unranked], candidates, candidates.length, runKeys(runs))
  }
  const scores: Float64Array[] = []
  for (const subject of subjects) {
    const whole = await anovaOf(context, subject.training.labelled)
    scores.push(pick(whole.f, whole.voxels, candidates))
  }
  return fitSharedSelection(scores, candidates, context.pipeline.select.k, runKeys(runs))
}

/**
 * The k voxels with the largest F in some runs of one subject.
 *
 * @param context - Settings and services.
 * @param subject - The subject.
 * @param runs - Its labelled runs; calibration runs only, for a held-out subject.
 * @returns The selection, as grid indices.
 * @throws {LimbicError} `CALIBRATION_LABELS_MISSING`, `SELECT_K_TOO_LARGE`.
 */
export async function selectOwnVoxels(
  context: ProtocolContext,
  subject: SubjectData,
  runs: readonly RunData[],
): Promise<SelectionState> {
  const classes = new Set(runs.flatMap((run) => [...run.labels]).filter((label) => label >= 0))
  if (classes.size < 2)
    throw new LimbicError('CALIBRATION_LABELS_MISSING', {
      subject: subject.subject,
      runs: runKeys(runs),
    })
  const { f, voxels } = await anovaOf(context, runs)
  return fitOwnSelection(f, voxels, context.pipeline.select.k, runKeys(runs))
}

/**
 * Asserts that all subjects lie on one grid, as shared voxels need.
 *
 * @param subjects - The subjects.
 * @returns Nothing.
 * @throws {LimbicError} `GRIDS_DIFFER`, naming the first subject that is not on the grid that most of them are on.
 */
export function assertOneGrid(subjects: readonly Pick<SubjectData, 'subject' | 'grid'>[]): void {
  const nAlike = subjects.map(({ grid }) => subjects.filter((s) => isSameGrid(s.grid, grid)).length)
  const reference = subjects[nAlike.indexOf(Math.max(...nAlike))]
  const other = subjects.find(({ grid }) => reference && !isSameGrid(grid, reference.grid))
  if (reference === undefined || other === undefined) return
  throw new LimbicError('GRIDS_DIFFER', {
    subject: other.subject,
    reference: reference.subject,
    expected: formatGrid(reference.grid),
    found: formatGrid(other.grid),
  })
}

/** F over all mask voxels of a subject does not depend on who is held out, so it is remembered per subject. */
async function anovaOf(
  context: ProtocolContext,
  runs: readonly RunData[],
): Promise<{ f: Float64Array; voxels: Int32Array }> {
  const { clean } = context.pipeline
  const nClasses = context.classes.length
  const voxels = commonVoxels(runs)
  const key = { version: 1, clean, nClasses, runs: runs.map((run) => run.sha256) }
  const f = await context.memo('anova', key, async () => {
    const anova = createAnova(voxels.length, nClasses)
    for (const run of runs) {
      const { data, nCols } = await readForSelection(run, voxels, clean.baseline)
      run.labels.forEach((label, t) => {
        if (label >= 0) anova.add(data.subarray(t * nCols, (t + 1) * nCols), label)
      })
    }
    return anova.finish().f
  })
  return { f, voxels }
}

/** F does not change when a voxel is shifted and scaled as a whole, so calibration statistics are not needed here; offsets between runs are. */
async function readForSelection(
  run: RunData,
  voxels: Int32Array,
  baseline: CleanStep['baseline'],
): Promise<Matrix32> {
  const raw = await run.readSeries(voxels)
  return baseline === 'running' ? centreOnRunningMean(raw) : raw
}

function pick(f: Float64Array, voxels: Int32Array, wanted: Int32Array): Float64Array {
  const position = new Map(Array.from(voxels, (voxel, i) => [voxel, i]))
  return Float64Array.from(wanted, (voxel) => f[position.get(voxel)!]!)
}
