/** A bundle folder -> a decoder and the calibrations of its subjects, and the calibration of a new one. */
import type { Emit } from '../../core/events.ts'
import { LimbicError } from '../../core/errors/index.ts'
import { noMemo } from '../../core/memo.ts'
import { createRng } from '../../core/rng.ts'
import type { BundleManifest } from '../../core/schemas/bundle.ts'
import type { Pipeline } from '../../core/schemas/pipeline.ts'
import { calibrateSubject, type Calibration } from '../../evaluate/protocol/calibration.ts'
import type { ProtocolContext } from '../../evaluate/protocol/context.ts'
import type { Population } from '../../evaluate/protocol/population.ts'
import type { ClassifierState } from '../../train/classifier.ts'
import { openDataset, recordDataset } from '../dataset.ts'
import { openOnce } from '../fold-task.ts'
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
  return { dir, manifest, ...(states.get('decoder.state') as DecoderParts) }
}

/**
 * The calibration of a training subject, as stored in the bundle.
 *
 * @param bundle - The bundle.
 * @param subject - Label of the subject.
 * @returns Its calibration.
 * @throws {LimbicError} `BUNDLE_SUBJECT_UNKNOWN`, `BUNDLE_HASH_MISMATCH`.
 */
export async function readCalibration(bundle: Bundle, subject: string): Promise<Calibration> {
  const { dir, manifest } = bundle
  if (!manifest.trainingSubjects.includes(subject))
    throw new LimbicError('BUNDLE_SUBJECT_UNKNOWN', {
      subject,
      known: manifest.trainingSubjects,
      bundle: dir,
    })
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
 * @returns The calibration.
 * @throws {LimbicError} As `recordDataset` and `calibrateSubject`; `BUNDLE_GRID_MISMATCH`.
 */
export async function calibrateNewSubject(
  bundle: Bundle,
  bids: string,
  subject: string,
  cacheDir: string,
  emit: Emit,
): Promise<Calibration> {
  const { manifest } = bundle
  const pipeline: Pipeline = {
    ...bundle.pipeline,
    data: { ...bundle.pipeline.data, subjects: [subject], exclude: [] },
  }
  const dataset = await recordDataset(bids, pipeline, cacheDir, emit, 'calibrate')
  const [data] = openDataset(dataset, pipeline, 'calibrate')
  assertSameGrid(manifest, data!.grid.shape, `sub-${subject}`)
  const context: ProtocolContext = {
    pipeline,
    classes: manifest.classes,
    memo: noMemo,
    emit,
    rng: createRng(pipeline.seed),
    openEngine: openOnce(pipeline.engine),
  }
  const population: Population = { ...bundle.population, calibrations: {} }
  return calibrateSubject(context, population, data!, data!.rotations[0]!.calibration)
}

/**
 * Asserts that an image lies on the decoder's grid.
 *
 * @param manifest - The bundle's manifest.
 * @param shape - First three sizes of the image.
 * @param image - Name for the message.
 * @returns Nothing.
 * @throws {LimbicError} `BUNDLE_GRID_MISMATCH`.
 */
export function assertSameGrid(
  manifest: BundleManifest,
  shape: readonly number[],
  image: string,
): void {
  const wanted = manifest.grid.shape
  if (wanted.every((n, axis) => n === (shape[axis] ?? 1))) return
  throw new LimbicError('BUNDLE_GRID_MISMATCH', {
    image,
    expected: `${wanted.join(' x ')} voxels`,
    found: `${shape.slice(0, 3).join(' x ')} voxels`,
  })
}
