/** A bundle and the calibration runs of a new subject -> the same decoder with that subject in it, and how well it can be expected to do. */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Emit } from '../../core/events.ts'
import { LimbicError } from '../../core/errors/index.ts'
import type { BundleManifest, CalibratedSubject } from '../../core/schemas/bundle.ts'
import { calibrateSubject } from '../../evaluate/protocol/calibration.ts'
import { runKeys, type RunData } from '../../evaluate/protocol/subject-data.ts'
import { scoreGate } from './calibration-gate.ts'
import { readBundleFile, writeBundleFiles } from './files.ts'
import { fineTuneSubject, type FineTuneOptions } from './fine-tune-subject.ts'
import { openCalibrationRuns, withPreprocessing, type Bundle } from './read-bundle.ts'

export interface CalibrateOptions {
  /** The decoder; its own folder is not changed unless `out` is that folder. */
  readonly bundle: Bundle
  /** Holds the calibration runs of the subject; it may hold nothing else of it. */
  readonly bids: string
  readonly subject: string
  /** Folder of the new bundle: new, empty, or a bundle that is to be replaced. */
  readonly out: string
  /** Smallest AUC that passes the gate. */
  readonly threshold: number
  /** Train the last layers of the decoder's network on the calibration runs too; undefined for not. */
  readonly fineTune?: FineTuneOptions | undefined
  readonly emit: Emit
}

/**
 * Calibrates a new subject and writes a bundle that knows it.
 *
 * @param options - Decoder, runs, and where to.
 * @returns The manifest of the new bundle; its last `calibrated` entry is the subject.
 * @throws {LimbicError} `RT_SUBJECT_KNOWN` for a subject that the decoder was trained on; `OPTION_INVALID` for a folder that holds something else; as
 *   `openCalibrationRuns`, `calibrateSubject` and `fineTuneSubject`.
 * @remarks The decoder itself is not touched: voxels, scale and alignment of the subject are added, and its own last layers if it is fine-tuned. A subject
 *   that was calibrated before is replaced. The gate goes through the fine-tuning again without the run that it scores.
 */
export async function calibrateBundle(options: CalibrateOptions): Promise<BundleManifest> {
  const { bundle, bids, subject, out, threshold, fineTune, emit } = options
  const manifest = withoutHashes(bundle.manifest)
  if (manifest.trainingSubjects.includes(subject))
    throw new LimbicError('RT_SUBJECT_KNOWN', { bundle: bundle.dir, subject })
  await assertReplaceable(out)
  const cacheDir = await mkdtemp(join(tmpdir(), 'limbic-calibration-'))
  try {
    const opened = await openCalibrationRuns(bundle, bids, subject, cacheDir, emit)
    const { context, population, data, runs, dataset } = opened
    const own = await calibrateSubject(context, population, data, runs)
    const tuned = fineTune && (await fineTuneSubject(bundle, opened, runs, fineTune))
    const tuneOn = tuned && (async (some: readonly RunData[]) => some === runs ? tuned.state : (await fineTuneSubject(bundle, opened, some, fineTune)).state) // prettier-ignore
    const calibration = {
      ...(await withPreprocessing(own, dataset)),
      ...(tuned && { fineTuned: tuned.state }),
    }
    const entry: CalibratedSubject = {
      subject,
      runs: [...runKeys(runs)],
      ...(await scoreGate(bundle, opened, threshold, tuneOn)),
      ...(tuned && { fineTuning: tuned.record }),
    }
    const others = (manifest.calibrated ?? []).filter((one) => one.subject !== subject)
    return await writeBundleFiles(
      out,
      { ...manifest, calibrated: [...others, entry] },
      { ...(await readStates(bundle)), [`subjects/${subject}.state`]: calibration },
    )
  } finally {
    await rm(cacheDir, { recursive: true, force: true })
  }
}

function withoutHashes({ files: _files, ...rest }: BundleManifest): Omit<BundleManifest, 'files'> {
  return rest
}

/** Everything in the bundle but the copy of its manifest, which is written anew. */
async function readStates({ dir, manifest }: Bundle): Promise<Record<string, unknown>> {
  const states: Record<string, unknown> = {}
  for (const name of Object.keys(manifest.files))
    if (name !== 'manifest.state') states[name] = await readBundleFile(dir, manifest, name)
  return states
}

/** Writing a bundle removes what was there. */
async function assertReplaceable(out: string): Promise<void> {
  if (!existsSync(out) || existsSync(join(out, 'manifest.json'))) return
  const inside = await readdir(out)
  if (inside.length === 0) return
  throw new LimbicError('OPTION_INVALID', {
    option: '--out',
    expected: 'a new or empty folder, or a bundle that is to be replaced',
    found: `${out}, which holds ${inside.slice(0, 3).join(', ')}`,
  })
}
