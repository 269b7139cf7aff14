/** The BIDS runs of one subject -> plain records of masked, labelled runs, which any process can open. */
import { join } from 'node:path'
import { LimbicError } from '../core/errors/index.ts'
import type { Memo } from '../core/memo.ts'
import type { CleanStep, LabelStep, Pipeline } from '../core/schemas/pipeline.ts'
import { lagSetting } from '../evaluate/protocol/choices/relabel.ts'
import type { RunData } from '../evaluate/protocol/subject-data.ts'
import { sha256File } from '../io/artifacts.ts'
import { readConfounds, readEvents, type BidsRun } from '../io/bids/index.ts'
import { readNifti, readVolumes } from '../io/nifti/index.ts'
import { computeEpiMask } from '../preprocess/epi-mask.ts'
import { addVolume, createVolumeSum, maskIndices, meanVolume } from '../preprocess/mask-volume.ts'
import { labelVolumes, type VolumeLabels } from '../preprocess/labels.ts'
import { hashKey } from './cache.ts'
import { readMotion } from './motion.ts'

/** A run as plain data: what is known of it, and where its numbers lie. */
export interface RunRecord extends Omit<RunData, 'readSeries'> {
  readonly bold: string
  /** Voxels of the stored series, grid indices: whatever any decoder may ask this run for. */
  readonly keptVoxels: Int32Array
  /** The masked series `[nVolumes x keptVoxels.length]`; written when it is first read. */
  readonly seriesFile: string
  /** Trial types of the events that no class names; volumes under them are dropped. */
  readonly unlistedTrialTypes: readonly string[]
}

/** A run's own mask, and the hash of its image. */
export interface RunMask {
  readonly imageSha256: string
  /** Grid indices, ascending. */
  readonly voxels: Int32Array
}

/**
 * Masks runs, each by its own image.
 *
 * @param runs - The runs.
 * @param clean - Says how to mask.
 * @param memo - Where masks are remembered.
 * @returns One mask per run, in order.
 * @throws {LimbicError} `BRAIN_MASK_MISSING`, `MASK_SIZE_MISMATCH`, and as the readers.
 */
export async function maskRuns(
  runs: readonly BidsRun[],
  clean: CleanStep,
  memo: Memo,
): Promise<readonly RunMask[]> {
  const masks: RunMask[] = []
  for (const run of runs) masks.push(await maskOf(run, clean, memo))
  return masks
}

/**
 * Labels the runs of one subject and says where their series are kept.
 *
 * @param runs - All runs of the subject.
 * @param masks - Their masks, in the same order.
 * @param kept - Voxels of the stored series; holds every mask.
 * @param pipeline - Says how to label and clean.
 * @param classes - Class names in the order of class indices.
 * @param seriesDir - Where masked series are kept.
 * @returns One record per run, in order; no volume of a calibration task, or of a run without events, has a label.
 * @throws {LimbicError} `CONFOUNDS_MISSING`, and as the readers.
 */
export async function recordRuns(
  runs: readonly BidsRun[],
  masks: readonly RunMask[],
  kept: Int32Array,
  pipeline: Pipeline,
  classes: readonly string[],
  seriesDir: string,
): Promise<readonly RunRecord[]> {
  const records: RunRecord[] = []
  for (const [i, run] of runs.entries())
    records.push(await recordRun(run, masks[i]!, kept, pipeline, classes, seriesDir))
  return records
}

/**
 * All voxels of some masks.
 *
 * @param masks - The masks.
 * @returns Grid indices, ascending.
 * @throws Never.
 */
export function unionOfMasks(masks: readonly RunMask[]): Int32Array {
  const [first, ...others] = masks.map(({ voxels }) => voxels)
  if (first === undefined) return new Int32Array(0)
  if (others.every((voxels) => sameVoxels(voxels, first))) return first
  return Int32Array.from(new Set(masks.flatMap(({ voxels }) => [...voxels]))).sort()
}

async function recordRun(
  run: BidsRun,
  mask: RunMask,
  kept: Int32Array,
  pipeline: Pipeline,
  classes: readonly string[],
  seriesDir: string,
): Promise<RunRecord> {
  const { clean, label, data } = pipeline
  const isFilm = data.calibration.kind === 'task' && run.id.task === data.calibration.task
  const { labels, unlistedTrialTypes } =
    isFilm || run.events === undefined
      ? { labels: new Int32Array(run.nVolumes).fill(-1), unlistedTrialTypes: [] }
      : await readLabels(run, run.events, label, classes)
  const labelsByLag = isFilm ? undefined : await readLabelsByLag(run, pipeline, classes)
  const motion = await readMotion(run.confounds, run.nVolumes)
  const confounds =
    clean.confounds.length === 0 ? undefined : await readRunConfounds(run, clean.confounds)
  const seriesKey = hashKey('series', { version: 1, image: mask.imageSha256, kept })
  return {
    id: run.id,
    key: run.key,
    sha256: hashKey('run', {
      key: run.key,
      image: mask.imageSha256,
      mask: mask.voxels,
      labels,
      confounds: confounds?.data ?? null,
      trSeconds: run.trSeconds,
      ...(motion === undefined ? {} : { motion: motion.data }),
      ...(labelsByLag === undefined ? {} : { labelsByLag }),
    }),
    nVolumes: run.nVolumes,
    trSeconds: run.trSeconds,
    labels,
    ...(labelsByLag === undefined ? {} : { labelsByLag }),
    ...(motion === undefined ? {} : { motion }),
    ...(confounds === undefined ? {} : { confounds }),
    maskVoxels: mask.voxels,
    bold: run.bold,
    keptVoxels: kept,
    seriesFile: join(seriesDir, `${seriesKey}.npy`),
    unlistedTrialTypes,
  }
}

async function maskOf(run: BidsRun, clean: CleanStep, memo: Memo): Promise<RunMask> {
  const imageSha256 = await sha256File(run.bold)
  const maskSha256 =
    clean.mask === 'brain' && run.mask !== undefined ? await sha256File(run.mask) : null
  const key = { version: 1, imageSha256, maskSha256, mode: clean.mask }
  const voxels = await memo('mask', key, async () =>
    maskIndices(await computeMask(run, clean.mask)),
  )
  return { imageSha256, voxels }
}

async function computeMask(run: BidsRun, mode: CleanStep['mask']): Promise<Uint8Array> {
  const { grid } = run.header
  const nVoxels = grid.shape[0] * grid.shape[1] * grid.shape[2]
  if (mode === 'all') return new Uint8Array(nVoxels).fill(1)
  if (mode === 'epi') return computeEpiMask(await readMeanVolume(run, nVoxels), grid)
  if (run.mask === undefined) throw new LimbicError('BRAIN_MASK_MISSING', { bold: run.bold })
  const { data } = await readNifti(run.mask)
  if (data.length !== nVoxels)
    throw new LimbicError('MASK_SIZE_MISMATCH', {
      mask: run.mask,
      expected: `${grid.shape.join(' x ')} = ${nVoxels} voxels, as ${run.bold}`,
      found: `${data.length} voxels`,
    })
  return Uint8Array.from(data, (value) => (value > 0.5 ? 1 : 0))
}

async function readMeanVolume(run: BidsRun, nVoxels: number): Promise<Float64Array> {
  const total = createVolumeSum(nVoxels)
  for await (const { data } of readVolumes(run.bold)) addVolume(total, data)
  return meanVolume(total)
}

async function readLabels(
  run: BidsRun,
  events: string,
  label: LabelStep,
  classes: readonly string[],
): Promise<Pick<VolumeLabels, 'labels' | 'unlistedTrialTypes'>> {
  const { labels, classNames, unlistedTrialTypes } = labelVolumes(await readEvents(events), {
    classes: label.classes,
    ...(label.rest === undefined ? {} : { restClass: label.rest }),
    nVolumes: run.nVolumes,
    trSeconds: run.trSeconds,
    method: label.method,
  })
  return {
    labels: labels.map((index) => classes.indexOf(classNames[index] ?? '')),
    unlistedTrialTypes,
  }
}

/** The labels at every lag that folds choose from. */
async function readLabelsByLag(
  run: BidsRun,
  { choose, label }: Pipeline,
  classes: readonly string[],
): Promise<RunData['labelsByLag']> {
  const lags = (choose?.grid[lagSetting] ?? []) as readonly number[]
  if (lags.length === 0 || run.events === undefined) return undefined
  const entries: [string, Int32Array][] = []
  for (const lagSeconds of lags) {
    const method = { transitionSeconds: 0, ...label.method, kind: 'shift' as const, lagSeconds }
    const { labels } = await readLabels(run, run.events, { ...label, method }, classes)
    entries.push([String(lagSeconds), labels])
  }
  return Object.fromEntries(entries)
}

async function readRunConfounds(
  run: BidsRun,
  columns: readonly string[],
): Promise<NonNullable<RunData['confounds']>> {
  if (run.confounds === undefined)
    throw new LimbicError('CONFOUNDS_MISSING', { bold: run.bold, columns })
  return readConfounds(run.confounds, columns)
}

function sameVoxels(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((voxel, i) => voxel === b[i])
}
