/** One BIDS run -> its derivatives on disk: slice-timed, realigned BOLD, brain mask, confounds, tSNR and a quality page. */
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Emit } from '../../core/events.ts'
import { LimbicError, type Finding } from '../../core/errors/index.ts'
import type { Grid } from '../../core/types.ts'
import { sha256File } from '../../io/artifacts.ts'
import type { BidsRun } from '../../io/bids/index.ts'
import {
  readMaskedSeries,
  readNiftiHeader,
  readVolumes,
  writeNiftiVolumes,
  type NiftiVolume,
} from '../../io/nifti/index.ts'
import { computeEpiMask } from '../../preprocess/epi-mask.ts'
import {
  addVolume,
  createVolumeSum,
  maskIndices,
  meanVolume,
} from '../../preprocess/mask-volume.ts'
import { hashKey } from '../cache.ts'
import { assertSplit } from './check-run.ts'
import { writeCleaned } from './cleaned-volumes.ts'
import { derivativeFiles, type DerivativeFiles } from './derivative-files.ts'
import type { PreprocessOptions, RunReference } from './options.ts'
import { describeDoubts, preprocessVolumes } from './realigned-volumes.ts'
import { findRecord, writeRecord, type QualitySummary } from './record.ts'
import { readReference } from './reference.ts'
import { computeRunConfounds } from './run-confounds.ts'
import { describeQuality, summarizeQuality } from './run-quality.ts'
import { planSliceTiming, type SlicePlan } from './slice-times.ts'
import { describeGaps } from './usable-volumes.ts'
import { derivedRun, writeDerivatives } from './write-derivatives.ts'

/** Where to, against which volume, and how. */
export interface PreprocessRunOptions {
  /** The folder of derivatives. */
  readonly out: string
  readonly reference: RunReference
  readonly settings: PreprocessOptions
  readonly emit: Emit
}

/** A run that has been preprocessed. */
export interface PreprocessedRun {
  /** The run as a pipeline reads it: its BOLD, mask and confounds are the derivatives. */
  readonly run: BidsRun
  readonly files: DerivativeFiles
  readonly summary: QualitySummary
  readonly findings: readonly Finding[]
  /** Whether everything was there already. */
  readonly isReused: boolean
}

/** Raised when the numbers change. */
const version = 1

/**
 * Preprocesses one run.
 *
 * @param run - The run.
 * @param options - Where to, against which volume, and how.
 * @returns The derivatives, made now or, when inputs and settings are those of an earlier call and its files are unchanged, made then.
 * @throws {LimbicError} `BOLD_IS_MOSAIC`, `SLICE_TIMING_INVALID`, `EPI_MASK_EMPTY`, `VOLUME_BLANK` for a run without an image, those of `writeCleaned`, `SHAPE_MISMATCH` when the reference has another size, and those
 *   of the NIfTI reader.
 * @remarks Streams: holds one volume at a time and the brain voxels of the run, and with `spline` slice timing the run once in float32.
 */
export async function preprocessRun(
  run: BidsRun,
  options: PreprocessRunOptions,
): Promise<PreprocessedRun> {
  const { out, settings, emit } = options
  assertSplit(run)
  const plan = planSliceTiming(run, settings.sliceTiming)
  const files = derivativeFiles(out, run)
  const key = await keyOf(run, options)
  const known = await findRecord(files.record, out, key)
  emit({ type: 'cache', stage: 'preprocess', key, hit: known !== undefined })
  if (known !== undefined) {
    const { findings, summary } = known
    return { run: await derivedRun(run, files, plan), files, findings, summary, isReused: true }
  }
  await rm(files.record, { force: true })
  // The image gets its name last: who finds it finds all that belongs to it.
  const unfinished = join(out, 'logs', `${files.stem}_unfinished.nii.gz`)
  const made = await makeDerivatives(run, plan, files, options, unfinished).finally(() =>
    rm(unfinished, { force: true }),
  )
  const { findings, summary } = made
  await writeRecord(files.record, out, made.paths, { key, findings, summary })
  return { run: await derivedRun(run, files, plan), files, findings, summary, isReused: false }
}

async function keyOf(run: BidsRun, { reference, settings }: PreprocessRunOptions): Promise<string> {
  const { SliceTiming, SliceEncodingDirection, SliceTimingCorrected } = run.sidecar
  const image = await sha256File(run.bold)
  return hashKey('preprocess', {
    version,
    image,
    reference: reference.bold === run.bold ? image : await sha256File(reference.bold),
    referenceIndex: reference.index,
    sidecar: { SliceTiming, SliceEncodingDirection, SliceTimingCorrected },
    task: run.sidecar.TaskName,
    trSeconds: run.trSeconds,
    settings,
    events:
      settings.clean === undefined || run.events === undefined
        ? null
        : await sha256File(run.events),
  })
}

async function makeDerivatives(
  run: BidsRun,
  plan: SlicePlan,
  files: DerivativeFiles,
  { reference, settings, emit }: PreprocessRunOptions,
  unfinished: string,
): Promise<{
  readonly paths: readonly string[]
  readonly findings: readonly Finding[]
  readonly summary: QualitySummary
}> {
  const { bold, nVolumes, trSeconds } = run
  const { grid } = await readNiftiHeader(reference.bold)
  const target = await readReference(reference)
  const total = createVolumeSum(target.length)
  const prepared = preprocessVolumes(readVolumes(bold), run, plan, target, grid)
  const { log } = prepared
  const shape = [...grid.shape, nVolumes]
  const image = { shape, affine: grid.affine, trSeconds, descrip: 'limbic preprocess' }
  await writeNiftiVolumes(unfinished, image, watch(prepared.volumes, run, total, emit))
  if (log.gaps.blank.length === nVolumes)
    throw new LimbicError('VOLUME_BLANK', {
      what: `any volume of ${bold}`,
      found: 'one value throughout, or no number, in every volume',
    })
  const mean = meanVolume(total)
  const mask = maskOf(mean, grid)
  const series = await readMaskedSeries(unfinished, maskIndices(mask))
  const { motion, gaps } = log
  const confounds = computeRunConfounds(
    { series, motion, trSeconds, blank: gaps.blank, bold },
    settings,
  )
  const findings = [
    ...plan.findings,
    ...describeGaps(gaps, bold, nVolumes),
    ...prepared.findings,
    ...describeDoubts(log, bold),
    ...confounds.findings,
  ]
  const quality = describeQuality({
    ...{ run, plan, reference, settings, grid, mean, mask, series, confounds, findings, motion },
  })
  const paths = await writeDerivatives(files, {
    ...{ run, plan, reference, settings, grid, target, mask, confounds, quality },
  })
  const table = confounds.table
  const cleaned = await writeCleaned(files, { run, grid, mask, series, confounds: table, settings })
  await rename(unfinished, files.bold)
  return {
    paths: [files.bold, ...paths, ...cleaned],
    findings,
    summary: summarizeQuality(quality, mask),
  }
}

async function* watch(
  volumes: AsyncIterable<NiftiVolume>,
  { key, nVolumes }: BidsRun,
  total: ReturnType<typeof createVolumeSum>,
  emit: Emit,
): AsyncGenerator<Float32Array> {
  const progress = { stage: `preprocess ${key}`, total: nVolumes, unit: 'volumes' }
  const started = performance.now()
  emit({ type: 'start', ...progress })
  for await (const { index, data } of volumes) {
    addVolume(total, data)
    yield data
    emit({ type: 'progress', ...progress, done: index + 1 })
  }
  emit({ type: 'done', stage: progress.stage, seconds: (performance.now() - started) / 1000 })
}

// The usual opening takes two layers off; thinner volumes than this would be left empty by it.
const thinVoxels = 12

function maskOf(mean: Float64Array, grid: Grid): Uint8Array {
  const isThin = grid.shape.some((n) => n < thinVoxels)
  return computeEpiMask(mean, grid, { opening: isThin ? false : 2 })
}
