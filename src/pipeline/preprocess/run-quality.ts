/** What was computed of a run -> the contents of its quality page, and a few numbers for the terminal. */
import { basename } from 'node:path'
import type { Finding } from '../../core/errors/index.ts'
import type { Grid, Matrix32, Matrix64 } from '../../core/types.ts'
import { reduceCarpet, type RunQuality } from '../../evaluate/report/quality/index.ts'
import type { BidsRun } from '../../io/bids/index.ts'
import { maskIndices } from '../../preprocess/mask-volume.ts'
import { namedColumns } from '../../preprocess/confounds/index.ts'
import { temporalSnr } from '../../preprocess/quality/index.ts'
import { limbicVersion } from '../provenance.ts'
import type { PreprocessOptions, RunReference } from './options.ts'
import type { QualitySummary } from './record.ts'
import type { RunConfounds } from './run-confounds.ts'
import type { SlicePlan } from './slice-times.ts'

/** What a quality page is made of. */
export interface QualitySources {
  readonly run: BidsRun
  readonly plan: SlicePlan
  readonly reference: RunReference
  readonly settings: PreprocessOptions
  readonly grid: Grid
  /** Mean of the realigned volumes, `[nVoxels]`. */
  readonly mean: Float64Array
  readonly mask: Uint8Array
  /** `[nVolumes x nBrainVoxels]` */
  readonly series: Matrix32
  readonly motion: Matrix64 | undefined
  readonly confounds: RunConfounds
  readonly findings: readonly Finding[]
}

/**
 * Gathers what the quality page shows.
 *
 * @param sources - What was computed.
 * @returns The contents of the page.
 * @throws {LimbicError} `CLEAN_TOO_FEW_VOLUMES` for a run of two volumes or less.
 */
export function describeQuality(sources: QualitySources): RunQuality {
  const { run, grid, mean, mask, series, motion, confounds, settings, findings } = sources
  const columns = new Map(namedColumns(confounds.table, confounds.table.names))
  const voxels = maskIndices(mask)
  const { perVoxel, median } = temporalSnr(series)
  const volume = new Float32Array(mask.length)
  voxels.forEach((voxel, column) => (volume[voxel] = perVoxel[column]!))
  const displacementMm = columns.get('framewise_displacement') as Float64Array | undefined
  return {
    title: basename(run.bold).replace(/_bold\.nii(\.gz)?$/, ''),
    facts: describeFacts(sources),
    trSeconds: run.trSeconds,
    motion,
    displacementMm,
    maxDisplacementMm: settings.maxFramewiseDisplacementMm,
    dvars: columns.get('std_dvars') as Float64Array,
    maxDvars: settings.maxDvars,
    globalSignal: columns.get('global_signal') as Float64Array,
    outliers: confounds.outliers,
    grid,
    mean,
    mask,
    tsnr: { volume, median, quartiles: quartilesOf(perVoxel) },
    carpet: reduceCarpet(series),
    // The page is passed on; where the data lay is nobody's business.
    findings: findings.map((finding) => ({
      ...finding,
      message: finding.message.replaceAll(run.bold, basename(run.bold)),
    })),
  }
}

/**
 * The numbers of a run for the terminal and its record.
 *
 * @param quality - Of the run.
 * @param mask - 1 inside the brain.
 * @returns The numbers.
 * @throws Never.
 */
export function summarizeQuality(quality: RunQuality, mask: Uint8Array): QualitySummary {
  const { displacementMm: displacement, dvars, tsnr, outliers } = quality
  const steps = displacement?.subarray(1)
  return {
    nVolumes: dvars.length,
    nBrainVoxels: mask.reduce((sum, value) => sum + value, 0),
    meanDisplacementMm:
      steps === undefined ? null : steps.reduce((sum, mm) => sum + mm, 0) / steps.length,
    maxDisplacementMm: steps === undefined ? null : Math.max(...steps),
    medianTsnr: tsnr.median,
    nOutliers: outliers.length,
  }
}

function describeFacts(sources: QualitySources): RunQuality['facts'] {
  const { run, plan, reference, grid, series, motion, settings } = sources
  const { nVolumes, trSeconds, header } = run
  const size = header.voxelSizeMm.map((mm) => Number(mm.toFixed(2))).join(' × ')
  const minutes = ((nVolumes * trSeconds) / 60).toFixed(1)
  return [
    ['image', basename(run.bold)],
    ['volumes', `${nVolumes} at ${trSeconds} s, ${minutes} minutes`],
    ['voxels', `${grid.shape.join(' × ')} of ${size} mm, ${series.nCols} in the brain mask`],
    ['slice times', plan.words],
    [
      'realignment',
      motion === undefined
        ? 'none'
        : `rigid body, to volume ${reference.index} of ${basename(reference.bold)}`,
    ],
    [
      'outliers',
      `framewise displacement over ${settings.maxFramewiseDisplacementMm} mm or standardised DVARS over ${settings.maxDvars}; flagged, never deleted`,
    ],
    ['limbic', limbicVersion()],
  ]
}

function quartilesOf(perVoxel: Float64Array): readonly [number, number] {
  const sorted = perVoxel.filter((value) => value > 0).sort()
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  return [at(0.25), at(0.75)]
}
