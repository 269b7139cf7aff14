/** What was computed of a run -> files beside its realigned image, and the run as a pipeline reads it from them. */
import { basename } from 'node:path'
import type { Grid } from '../../core/types.ts'
import { formatQualityHtml, type RunQuality } from '../../evaluate/report/quality/index.ts'
import { writeFileAtomic, writeJsonAtomic } from '../../io/artifacts.ts'
import type { BidsRun } from '../../io/bids/index.ts'
import { readNiftiHeader, writeNifti } from '../../io/nifti/index.ts'
import { describeConfounds } from './confound-words.ts'
import type { DerivativeFiles } from './derivative-files.ts'
import type { PreprocessOptions, RunReference } from './options.ts'
import { formatConfounds, type RunConfounds } from './run-confounds.ts'
import type { SlicePlan } from './slice-times.ts'

/** Everything that is written beside the image. */
export interface Derivatives {
  readonly run: BidsRun
  readonly plan: SlicePlan
  readonly reference: RunReference
  readonly settings: PreprocessOptions
  readonly grid: Grid
  /** The reference volume, `[nVoxels]`. */
  readonly target: Float32Array
  readonly mask: Uint8Array
  readonly confounds: RunConfounds
  readonly quality: RunQuality
}

/**
 * Writes the derivatives of a run but for the image itself.
 *
 * @param files - Their names.
 * @param derivatives - Their contents.
 * @returns The paths written.
 * @throws The error of the file system.
 */
export async function writeDerivatives(
  files: DerivativeFiles,
  { run, plan, reference, settings, grid, target, mask, confounds, quality }: Derivatives,
): Promise<readonly string[]> {
  const { shape, affine } = grid
  const sources = [basename(run.bold)]
  await writeNifti(files.reference, { data: target, shape, affine })
  await writeNifti(files.mask, { data: mask, shape, affine })
  await writeNifti(files.tsnr, { data: quality.tsnr.volume, shape, affine })
  await writeJsonAtomic(files.maskSidecar, {
    Type: 'Brain',
    Sources: sources,
    Description: 'From the mean of the realigned volumes (Nichols’ heuristic).',
  })
  await writeFileAtomic(files.confounds, formatConfounds(confounds.table))
  await writeJsonAtomic(files.confoundsSidecar, describeConfounds(confounds, settings))
  await writeFileAtomic(files.page, formatQualityHtml(quality))
  await writeJsonAtomic(files.boldSidecar, {
    ...(run.sidecar.TaskName === undefined ? {} : { TaskName: run.sidecar.TaskName }),
    RepetitionTime: run.trSeconds,
    ...sliceTimingFields(run, plan),
    SkullStripped: false,
    Sources: sources,
    Realignment:
      quality.motion === undefined
        ? 'none'
        : `rigid body to volume ${reference.index} (0-based) of ${basename(reference.bold)}, cubic B-spline`,
    OutlierVolumes: confounds.outliers,
  })
  return [
    ...[files.reference, files.mask, files.tsnr, files.maskSidecar, files.confounds],
    ...[files.confoundsSidecar, files.page, files.boldSidecar],
  ]
}

/**
 * The run as a pipeline reads it from its derivatives.
 *
 * @param run - The run before.
 * @param files - Its derivatives, written.
 * @param plan - What was done about slice times.
 * @returns The run with image, mask and confounds replaced.
 * @throws {LimbicError} Those of the NIfTI reader.
 */
export async function derivedRun(
  run: BidsRun,
  files: DerivativeFiles,
  plan: SlicePlan,
): Promise<BidsRun> {
  return {
    ...run,
    bold: files.bold,
    mask: files.mask,
    confounds: files.confounds,
    header: await readNiftiHeader(files.bold),
    sidecar: { ...run.sidecar, ...sliceTimingFields(run, plan) },
  }
}

function sliceTimingFields(
  { sidecar }: BidsRun,
  { schedule, startSeconds }: SlicePlan,
): Record<string, unknown> {
  if (schedule !== undefined) return { SliceTimingCorrected: true, StartTime: startSeconds }
  return { SliceTimingCorrected: sidecar.SliceTimingCorrected === true }
}
