/** A BIDS dataset of a head that moves, on 20 x 24 x 16 voxels of 8 x 8 x 9 mm, small enough to be realigned in a second. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRng } from '../../../src/core/rng.ts'
import { silent } from '../../../src/core/events.ts'
import type { Grid } from '../../../src/core/types.ts'
import { indexBids, type BidsRun } from '../../../src/io/bids/index.ts'
import { writeNifti } from '../../../src/io/nifti/index.ts'
import { defaultPreprocessOptions } from '../../../src/pipeline/preprocess/options.ts'
import type { PreprocessRunOptions } from '../../../src/pipeline/preprocess/preprocess-run.ts'
import { chooseReference } from '../../../src/pipeline/preprocess/reference.ts'
import { gridCentre, motionMatrix, type MotionParameters } from '../../../src/preprocess/motion.ts'
import { centredGrid, createHead, scan } from '../../preprocess/_phantom.ts'

export const headGrid = centredGrid([20, 24, 16], [8, 8, 9])
export const nHeadVoxels = 20 * 24 * 16

/** What a run is to be like. */
export interface HeadRun {
  readonly nVolumes?: number
  readonly sidecar?: Record<string, unknown>
  readonly grid?: Grid
  /** Motion of volume t, mm and rad. */
  readonly motion?: (t: number) => MotionParameters
  /** Changes volume t, in place. */
  readonly spoil?: (volume: Float32Array, t: number) => void
  readonly seed?: number
}

/** A millimetre to the front in the second half. */
export const step =
  (nVolumes: number) =>
  (t: number): MotionParameters => [0, t < nVolumes / 2 ? 0 : 1, 0, 0, 0, 0]

/** The volumes of a run, one after the other. */
export function headSeries({ nVolumes = 24, grid = headGrid, ...run }: HeadRun = {}): Float32Array {
  const head = createHead(7)
  const rng = createRng(run.seed ?? 1)
  const nVoxels = grid.shape.reduce((a, b) => a * b)
  const series = new Float32Array(nVoxels * nVolumes)
  const still: MotionParameters = [0, 0, 0, 0, 0, 0]
  for (let t = 0; t < nVolumes; t++) {
    const moved = motionMatrix(run.motion?.(t) ?? still, gridCentre(grid))
    const volume = scan(head, grid, moved, { rng, sd: 5 })
    run.spoil?.(volume, t)
    series.set(volume, t * nVoxels)
  }
  return series
}

/** Writes `sub-01_task-rest_run-<n>` for each run. */
export async function writeHeadRuns(
  bids: string,
  runs: readonly HeadRun[],
  task = 'rest',
): Promise<void> {
  const func = join(bids, 'sub-01', 'func')
  mkdirSync(func, { recursive: true })
  const description = { Name: 'Heads', BIDSVersion: '1.9.0', DatasetType: 'raw' }
  writeFileSync(join(bids, 'dataset_description.json'), JSON.stringify(description))
  for (const [i, run] of runs.entries()) {
    const { nVolumes = 24, grid = headGrid } = run
    const stem = join(func, `sub-01_task-${task}_run-${i + 1}_bold`)
    await writeNifti(`${stem}.nii.gz`, {
      data: headSeries({ seed: i + 1, ...run }),
      shape: [...grid.shape, nVolumes],
      affine: grid.affine,
      trSeconds: 2,
    })
    const sidecar = { RepetitionTime: 2, TaskName: task, ...run.sidecar }
    writeFileSync(`${stem}.json`, JSON.stringify(sidecar))
  }
}

/** The runs of the dataset. */
export async function readRuns(bids: string): Promise<readonly BidsRun[]> {
  return (await indexBids(bids)).runs
}

/** How runs are preprocessed here: into `out`, to a typical volume of their own. */
export async function optionsFor(
  run: BidsRun,
  out: string,
  settings: Partial<PreprocessRunOptions['settings']> = {},
): Promise<PreprocessRunOptions> {
  return {
    out,
    reference: await chooseReference(run, 'typical'),
    settings: { ...defaultPreprocessOptions, ...settings },
    emit: silent,
  }
}
