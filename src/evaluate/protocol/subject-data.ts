/** What a protocol knows of a subject: its runs, their labels, how they split into calibration and evaluation, and how to get at their numbers. */
import type { Grid, Matrix32, Matrix64, RunId, RunKey } from '../../core/types.ts'

/** One run, its numbers still on disk. */
export interface RunData {
  readonly id: RunId
  readonly key: RunKey
  /** Hash of everything that was read for the run: image, events, mask, confounds and how they were turned into labels. */
  readonly sha256: string
  readonly nVolumes: number
  /** Where the first volume lies in the run that this is a part of; 0 when absent. */
  readonly firstVolume?: number
  readonly trSeconds: number
  /** Class index per volume, -1 where a volume has none; length `nVolumes`. */
  readonly labels: Int32Array
  /** Labels at other lags, by seconds, where folds choose the lag by themselves. */
  readonly labelsByLag?: Readonly<Record<string, Int32Array>>
  /** Realignment parameters `[nVolumes x 6]`, translations before rotations; absent where nobody measured them. */
  readonly motion?: Matrix64
  /** Nuisance time series `[nVolumes x nConfounds]`. */
  readonly confounds?: Matrix64
  /** Voxels inside this run's mask: grid indices (x runs fastest), ascending. */
  readonly maskVoxels: Int32Array
  /** Raw intensities `[nVolumes x voxels.length]` of the given grid indices; a voxel that was not kept reads 0 throughout. */
  readSeries(voxels: Int32Array): Promise<Matrix32>
}

/** One way of splitting a subject's runs. */
export interface Rotation {
  readonly calibration: readonly RunData[]
  readonly evaluation: readonly RunData[]
}

export interface SubjectData {
  readonly subject: string
  readonly grid: Grid
  /** Parcel of every voxel of the grid, where subjects are aligned parcel by parcel. */
  readonly parcels?: Int32Array
  readonly runs: readonly RunData[]
  /** One, or one per run when every run is scored in turn. */
  readonly rotations: readonly Rotation[]
  /** How the subject takes part in training: calibration runs align and scale it, labelled runs are learnt from. */
  readonly training: {
    readonly calibration: readonly RunData[]
    readonly labelled: readonly RunData[]
  }
}

/**
 * The keys of some runs.
 *
 * @param runs - The runs.
 * @returns Their keys, in order.
 * @throws Never.
 */
export function runKeys(runs: readonly RunData[]): readonly RunKey[] {
  return runs.map((run) => run.key)
}

/**
 * What tells the samples of a held-out subject from others: the content of its runs, and which of them calibrate which.
 *
 * @param subject - The subject.
 * @returns Hashes of the calibration and the evaluation runs, rotation by rotation.
 * @throws Never.
 */
export function rotationHashes({ rotations }: SubjectData): readonly (readonly string[][])[] {
  return rotations.map(({ calibration, evaluation }) =>
    [calibration, evaluation].map((runs) => runs.map(({ sha256 }) => sha256)),
  )
}

/**
 * The voxels inside the masks of all the given runs.
 *
 * @param runs - Runs on one grid; at least one.
 * @returns Grid indices, ascending.
 * @throws Never.
 */
export function commonVoxels(runs: readonly RunData[]): Int32Array {
  const [first, ...others] = runs.map((run) => run.maskVoxels)
  if (first === undefined) return new Int32Array(0)
  const sets = others.filter((voxels) => voxels !== first).map((voxels) => new Set(voxels))
  return first.filter((voxel) => sets.every((set) => set.has(voxel)))
}
