/** F per voxel -> the voxels that a decoder reads, as indices into the grid: one subject's own, or one set for everybody. */
import { LimbicError } from '../core/errors/index.ts'
import type { RunKey, State } from '../core/types.ts'
import { topK } from './top-k.ts'

/** The voxels chosen on some runs. */
export interface SelectionState extends State {
  readonly kind: 'selection'
  /** `per-subject`: by one subject's F. `shared`: by the mean F over subjects. */
  readonly mode: 'per-subject' | 'shared'
  /** Grid indices of the chosen voxels, ascending. */
  readonly voxels: Int32Array
  /** Score of each chosen voxel: F, or the mean F over subjects. */
  readonly f: Float64Array
}

/**
 * Chooses the k voxels of one subject with the largest F.
 *
 * @param f - F per candidate voxel.
 * @param voxels - Grid index of each candidate, ascending.
 * @param k - How many to choose.
 * @param runs - The runs that F was computed on.
 * @returns The selection.
 * @throws {LimbicError} `SELECT_K_TOO_LARGE`, `SHAPE_MISMATCH`.
 */
export function fitOwnSelection(
  f: Float64Array,
  voxels: Int32Array,
  k: number,
  runs: readonly RunKey[],
): SelectionState {
  return select('per-subject', f, voxels, k, runs)
}

/**
 * Chooses the k voxels with the largest mean F over training subjects, the same in everybody.
 *
 * @param scores - One array of F per training subject, over the same candidates.
 * @param voxels - Grid index of each candidate, ascending.
 * @param k - How many to choose.
 * @param runs - The runs of all subjects that F was computed on.
 * @returns The selection.
 * @throws {LimbicError} `SELECT_K_TOO_LARGE`, `SHAPE_MISMATCH`.
 * @remarks A voxel that does not vary in one subject (F = NaN) ranks last for all: it cannot serve everybody.
 */
export function fitSharedSelection(
  scores: readonly Float64Array[],
  voxels: Int32Array,
  k: number,
  runs: readonly RunKey[],
): SelectionState {
  const mean = new Float64Array(voxels.length)
  for (const f of scores) {
    assertOnePerVoxel(f, voxels)
    for (let v = 0; v < mean.length; v++) mean[v]! += f[v]! / scores.length
  }
  return select('shared', mean, voxels, k, runs)
}

function select(
  mode: SelectionState['mode'],
  f: Float64Array,
  voxels: Int32Array,
  k: number,
  runs: readonly RunKey[],
): SelectionState {
  assertOnePerVoxel(f, voxels)
  const chosen = topK(f, k)
  return {
    kind: 'selection',
    mode,
    voxels: chosen.map((index) => voxels[index]!),
    f: Float64Array.from(chosen, (index) => f[index]!),
    fittedOn: [...runs],
  }
}

function assertOnePerVoxel(f: Float64Array, voxels: Int32Array): void {
  if (f.length === voxels.length) return
  throw new LimbicError('SHAPE_MISMATCH', {
    what: 'scores and candidate voxels',
    expected: `${voxels.length} scores`,
    found: `${f.length}`,
  })
}
