/** A bundle folder -> a decoder and the calibrations of its subjects, and the calibration of a new one. */
import type { Emit } from '../../core/events.ts'
import { LimbicError } from '../../core/errors/index.ts'
import { noMemo } from '../../core/memo.ts'
import { createRng } from '../../core/rng.ts'
import type { BundleManifest } from '../../core/schemas/bundle.ts'
import type { Grid, RunKey } from '../../core/types.ts'
import type { Pipeline } from '../../core/schemas/pipeline.ts'
import { calibrateSubject, type Calibration } from '../../evaluate/protocol/calibration.ts'
import type { ProtocolContext } from '../../evaluate/protocol/context.ts'
import type { Population } from '../../evaluate/protocol/population.ts'
import { formatGrid, isSameGrid, isSameShape } from '../../evaluate/protocol/same-grid.ts'
import type { RunData, SubjectData } from '../../evaluate/protocol/subject-data.ts'
import type { ClassifierState } from '../../train/classifier.ts'
import { openDataset, recordDataset, type DatasetRecord } from '../dataset.ts'
import { openOnce } from '../fold-task.ts'
import { readPreprocessing } from '../preprocess/subject-preprocessing.ts'
import { readBundleFile, readManifest } from './files.ts'

/** The numbers of a decoder. */
export interface DecoderParts {
  readonly pipeline: Pipeline
  readonly population: Omit<Population, 'calibrations'>
  readonly classifier: ClassifierState
  readonly temperature: number
}

/** A bundle that has been read and checked. */
export interface Bundle extends DecoderParts {
  readonly dir: string
  readonly manifest: BundleManifest
}

/**
 * Reads a bundle and checks every byte of the decoder against the manifest.
 *
 * @param dir - The bundle folder.
 * @returns The bundle.
 * @throws {LimbicError} `BUNDLE_INVALID`, `BUNDLE_HASH_MISMATCH`.
 */
export async function readBundle(dir: string): Promise<Bundle> {
  const manifest = await readManifest(dir)
  // Every file is checked, not only the ones needed now: a bundle is whole or it is refused.
  const states = new Map<string, unknown>()
  for (const name of Object.keys(manifest.files))
    states.set(name, await readBundleFile(dir, manifest, name))
  const parts = states.get('decoder.state') as DecoderParts
  assertClasses(dir, manifest.classes, parts.classifier)
  return { dir, manifest, ...parts }
}

/** A classifier of other classes would give its probabilities the wrong names. */
function assertClasses(
  bundle: string,
  classes: readonly string[],
  { nClasses }: ClassifierState,
): void {
  if (nClasses === classes.length) return
  throw new LimbicError('BUNDLE_INVALID', {
    bundle,
    expected: `a model of the ${classes.length} classes ${classes.join(', ')}`,
    found: `a model that was trained on ${nClasses} classes`,
  })
}

/**
 * The subjects whose calibration lies in a bundle.
 *
 * @param manifest - Of the bundle.
 * @returns Those that were calibrated later, latest first, then those that the decoder was trained on.
 * @throws Never.
 */
export function knownSubjects(
  manifest: Pick<BundleManifest, 'trainingSubjects' | 'calibrated'>,
): readonly string[] {
  const later = (manifest.calibrated ?? []).map(({ subject }) => subject).reverse()
  return [...later, ...manifest.trainingSubjects]
}

/**
 * The calibration of a subject, as stored in the bundle.
 *
 * @param bundle - The bundle.
 * @param subject - Label of the subject.
 * @returns Its calibration.
 * @throws {LimbicError} `BUNDLE_SUBJECT_UNKNOWN`, `BUNDLE_HASH_MISMATCH`.
 */
export async function readCalibration(bundle: Bundle, subject: string): Promise<Calibration> {
  const { dir, manifest } = bundle
  const known = knownSubjects(manifest)
  if (!known.includes(subject))
    throw new LimbicError('BUNDLE_SUBJECT_UNKNOWN', { subject, known, bundle: dir })
  return (await readBundleFile(dir, manifest, `subjects/${subject}.state`)) as Calibration
}

/**
 * Calibrates a new subject from the calibration runs of a BIDS dataset.
 *
 * @param bundle - The bundle; not changed.
 * @param bids - A dataset that holds calibration runs of the subject; it may hold nothing else of it.
 * @param subject - Label of the subject.
 * @param cacheDir - Where masked series may be kept.
 * @param emit - Told of progress.
 * @param toDecode - Runs that are to be decoded with the calibration: they are left out of it.
 * @returns The calibration.
 * @throws {LimbicError} As `recordDataset` and `calibrateSubject`; `BUNDLE_GRID_MISMATCH`; `CALIBRATION_RUNS_MISSING` when nothing is left
 *   to calibrate on.
 */
export async function calibrateNewSubject(
  bundle: Bundle,
  bids: string,
  subject: string,
  cacheDir: string,
  emit: Emit,
  toDecode: readonly RunKey[] = [],
): Promise<Calibration> {
  const { context, population, data, runs, dataset } = await openCalibrationRuns(
    ...([bundle, bids, subject, cacheDir, emit, toDecode] as const),
  )
  const own = await calibrateSubject(context, population, data, runs)
  return withPreprocessing(own, dataset)
}

/** A new subject's runs, and what is needed to calibrate it on them. */
export interface CalibrationRuns {
  readonly context: ProtocolContext
  readonly population: Population
  readonly dataset: DatasetRecord
  readonly data: SubjectData
  /** The runs that calibrate. */
  readonly runs: readonly RunData[]
}

/**
 * Opens the runs that a new subject is calibrated on.
 *
 * @param bundle - The bundle; not changed.
 * @param bids - As for `calibrateNewSubject`, like all that follow.
 * @param subject - Label of the subject.
 * @param cacheDir - Where masked series may be kept.
 * @param emit - Told of progress.
 * @param toDecode - Runs that do not calibrate.
 * @returns The runs.
 * @throws {LimbicError} As `recordDataset`; `BUNDLE_GRID_MISMATCH`; `CALIBRATION_RUNS_MISSING`.
 */
export async function openCalibrationRuns(
  bundle: Bundle,
  bids: string,
  subject: string,
  cacheDir: string,
  emit: Emit,
  toDecode: readonly RunKey[] = [],
): Promise<CalibrationRuns> {
  const { manifest } = bundle
  const pipeline: Pipeline = {
    ...bundle.pipeline,
    data: { ...bundle.pipeline.data, subjects: [subject], exclude: [] },
  }
  const dataset = await recordDataset(bids, pipeline, cacheDir, emit, 'calibrate')
  const data = openDataset(dataset, pipeline, 'calibrate')[0]!
  assertSameGrid(manifest, data.grid, `sub-${subject}`)
  const context: ProtocolContext = {
    pipeline,
    classes: manifest.classes,
    memo: noMemo,
    emit,
    rng: createRng(pipeline.seed),
    openEngine: openOnce(pipeline.engine),
  }
  const population: Population = { ...bundle.population, calibrations: {} }
  const { calibration } = data.rotations[0]!
  const runs = calibration.filter(({ key }) => !toDecode.includes(key))
  if (runs.length === 0)
    throw new LimbicError('CALIBRATION_RUNS_MISSING', {
      subject,
      rule: 'runs that are decoded do not calibrate',
      nCalibration: 0,
      nEvaluation: toDecode.length,
      found: calibration.map(({ key }) => key),
    })
  return { context, population, dataset, data, runs }
}

/**
 * Adds what raw volumes of a subject go through before they are decoded.
 *
 * @param calibration - Of the subject.
 * @param dataset - That it was calibrated on.
 * @returns The same calibration unless the dataset was preprocessed by the pipeline itself.
 * @throws {LimbicError} As `readPreprocessing`.
 */
export async function withPreprocessing(
  calibration: Calibration,
  { subjects }: DatasetRecord,
): Promise<Calibration> {
  const minimal = subjects.find(({ subject }) => subject === calibration.subject)?.minimal
  if (minimal === undefined) return calibration
  return { ...calibration, preprocessing: await readPreprocessing(minimal) }
}

/**
 * Asserts that an image lies on the decoder's grid.
 *
 * @param manifest - The bundle's manifest.
 * @param grid - Grid of the image.
 * @param image - Name for the message.
 * @returns Nothing.
 * @throws {LimbicError} `BUNDLE_GRID_MISMATCH`.
 */
export function assertSameGrid(manifest: BundleManifest, grid: Grid, image: string): void {
  const wanted: Grid = manifest.grid
  // With voxels of their own, subjects are free to lie where they like.
  if (isSameGrid(wanted, grid)) return
  if (manifest.voxelMode === 'per-subject' && isSameShape(wanted, grid)) return
  throw new LimbicError('BUNDLE_GRID_MISMATCH', {
    image,
    expected: formatGrid(wanted),
    found: formatGrid(grid),
  })
}
