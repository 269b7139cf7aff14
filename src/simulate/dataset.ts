/** Options -> a BIDS dataset on disk whose truth is known and lies beside it, below `derivatives/ground-truth`. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LimbicError } from '../core/errors/index.ts'
import type { Emit } from '../core/events.ts'
import { createRng } from '../core/rng.ts'
import { writeFileAtomic } from '../io/artifacts.ts'
import { writeNifti } from '../io/nifti/index.ts'
import { doubleGammaHrf } from '../preprocess/hrf.ts'
import { createBrain } from './brain.ts'
import { conditionNames, drawBlockOrders, filmLeadSeconds } from './design.ts'
import { drawConditionPatterns, drawFilm } from './latents.ts'
import { assertSimulateOptions, defaultSimulateOptions, type SimulateOptions } from './options.ts'
import { simulateSubject, type SharedTruth, type SubjectRun } from './subject.ts'
import { writeSharedTruth, writeSubjectTruth, writeOracle, type SubjectScore } from './truth.ts'
import { formatEvents, writeDatasetTexts } from './texts.ts'

const stage = 'simulate'

/** What was written. */
export interface SimulateResult {
  readonly out: string
  readonly options: SimulateOptions
  /** BIDS labels of the subjects, `01` on. */
  readonly subjects: readonly string[]
  readonly nRuns: number
  /** The true-parameter classifier, the best that any decoder of single volumes can do: means over subjects. */
  readonly oracle: { readonly accuracy: number; readonly balancedAccuracy: number }
}

/**
 * Writes a simulated dataset: per subject one film run (`task-calibration`) that all subjects share and emotion runs
 * (`task-emotion`) in an order of their own, with the truth in `derivatives/ground-truth`.
 *
 * @param out - Folder to be made; if it exists it must be empty.
 * @param options - What the dataset holds; what is left out has the default.
 * @param emit - Receives progress in runs.
 * @returns What was written, and the accuracy of the oracle.
 * @throws {LimbicError} `SIMULATE_OPTION_INVALID` for options that cannot give a usable dataset; `SIMULATE_OUTPUT_TAKEN` when the
 *   folder holds something.
 * @remarks Responses of three conditions live in a latent space that subjects share; each subject shows it through a functional
 *   topography of its own inside regions that all share (the model of hyperalignment: Haxby et al. 2011, Neuron 72:404-416). The same options
 *   give the same bytes. Holds one run in memory. `dataset_description.json` comes last: a folder without it is unfinished.
 */
export async function simulateDataset(
  out: string,
  options: Partial<SimulateOptions>,
  emit: Emit,
): Promise<SimulateResult> {
  const chosen: SimulateOptions = { ...defaultSimulateOptions, ...options }
  assertSimulateOptions(chosen)
  await assertEmpty(out)
  const started = performance.now()
  const nRuns = chosen.subjects * (chosen.runs + 1)
  emit({ type: 'start', stage, total: nRuns, unit: 'runs' })
  const rng = createRng(`simulate/${chosen.seed}`)
  const shared: SharedTruth = {
    brain: createBrain(chosen.shape, chosen.regionRadiusVoxels),
    film: drawFilm(
      chosen.calibrationVolumes,
      chosen.latentDims,
      doubleGammaHrf(chosen.trSeconds, filmLeadSeconds),
      rng.fork('film'),
    ),
    patterns: drawConditionPatterns(conditionNames.length, chosen, rng.fork('conditions')),
  }
  const orders = drawBlockOrders(chosen, rng.fork('design'))
  const scores: SubjectScore[] = []
  let done = 0
  await writeSharedTruth(out, shared)
  for (const [index, order] of orders.entries()) {
    const label = subjectLabel(index)
    const subject = simulateSubject(shared, order, chosen, rng, label)
    for (const run of subject.runs()) {
      const name = await writeRun(out, label, run, shared, chosen)
      await writeSubjectTruth(out, label, `${name}_latents`, run.latents)
      emit({ type: 'progress', stage, done: ++done, total: nRuns, unit: 'runs', detail: name })
    }
    await writeSubjectTruth(out, label, `sub-${label}_mixing`, subject.topography)
    scores.push({ subject: label, ...subject.score() })
  }
  const oracle = await writeOracle(out, scores, chosen)
  const subjects = scores.map((score) => score.subject)
  await writeDatasetTexts(out, subjects, chosen)
  emit({ type: 'done', stage, seconds: (performance.now() - started) / 1000 })
  return { out, options: chosen, subjects, nRuns, oracle }
}

async function writeRun(
  out: string,
  label: string,
  run: SubjectRun,
  shared: SharedTruth,
  options: SimulateOptions,
): Promise<string> {
  const name = `sub-${label}_task-${run.task}_run-${run.run}`
  const stem = join(out, `sub-${label}`, 'func', name)
  await writeNifti(`${stem}_bold.nii.gz`, {
    data: run.volumes,
    shape: [...options.shape, run.nVolumes],
    affine: shared.brain.grid.affine,
    trSeconds: options.trSeconds,
  })
  await writeFileAtomic(`${stem}_events.tsv`, formatEvents(run.events))
  return name
}

function subjectLabel(index: number): string {
  return String(index + 1).padStart(2, '0')
}

async function assertEmpty(out: string): Promise<void> {
  const found = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    if (error.code === 'ENOTDIR') return [out]
    throw error
  })
  if (found.length > 0)
    throw new LimbicError('SIMULATE_OUTPUT_TAKEN', { out, found: found.slice(0, 3) })
}
