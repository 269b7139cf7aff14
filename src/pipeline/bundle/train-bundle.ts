/** A pipeline and a dataset -> a frozen decoder: the pipeline's model fitted on all subjects, with the calibration of each. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Emit } from '../../core/events.ts'
import { LimbicError } from '../../core/errors/index.ts'
import { createRng } from '../../core/rng.ts'
import type { BundleManifest } from '../../core/schemas/bundle.ts'
import type { Pipeline } from '../../core/schemas/pipeline.ts'
import { reportSchema } from '../../core/schemas/report.ts'
import { chooseSettings, choosesLag } from '../../evaluate/protocol/choices/choose.ts'
import { relabelSubjects } from '../../evaluate/protocol/choices/relabel.ts'
import type { ProtocolContext } from '../../evaluate/protocol/context.ts'
import { decideInner, fitDecoder } from '../../evaluate/protocol/fit.ts'
import { modelChoices } from '../../evaluate/protocol/fit-classifier.ts'
import { classifierOf } from '../../train/classifiers.ts'
import { createDiskMemo, hashKey } from '../cache.ts'
import { openDataset, recordDataset, type DatasetRecord } from '../dataset.ts'
import { openOnce } from '../fold-task.ts'
import { settingsOf } from '../tasks.ts'
import { limbicVersion } from '../provenance.ts'
import { withPreprocessing, type DecoderParts } from './read-bundle.ts'
import { writeBundleFiles } from './files.ts'

export interface TrainOptions {
  readonly pipeline: Pipeline
  readonly bids: string
  /** The run directory: stages of an earlier run are reused, the bundle goes to `<out>/bundle`. */
  readonly out: string
  readonly emit: Emit
  /** When training pauses, as `Date.now()`. */
  readonly deadline?: number
}

/**
 * Trains the final decoder on all subjects of a dataset and writes it as a bundle.
 *
 * @param options - What to train, on what, and where to.
 * @returns The manifest of the bundle in `<out>/bundle`.
 * @throws {LimbicError} `PIPELINE_VALUE_INVALID` for a pipeline that gives no decoder; as `recordDataset` and `fitDecoder`; `TOO_FEW_SUBJECTS`; `RUN_PAUSED` at the deadline.
 */
export async function trainBundle(options: TrainOptions): Promise<BundleManifest> {
  const { pipeline: given, out, emit, deadline } = options
  assertTrainable(given)
  const cacheDir = join(out, 'cache')
  const dataset = await recordDataset(options.bids, given, cacheDir, emit)
  const everybody = openDataset(dataset, given)
  const plain: ProtocolContext = {
    pipeline: given,
    classes: dataset.classes,
    memo: createDiskMemo(cacheDir, emit),
    emit,
    rng: createRng(given.seed),
    openEngine: openOnce(given.engine),
    checkpointDir: join(cacheDir, 'checkpoints'),
    trainingLogDir: join(out, 'training', 'bundle'),
    ...(deadline === undefined ? {} : { deadline }),
  }
  // Settings that folds choose by themselves are chosen here on all subjects: nobody is scored.
  const pipeline = (await chooseSettings(plain, everybody, 0))?.pipeline ?? given
  const context = { ...plain, pipeline }
  const subjects = relabelSubjects(everybody, pipeline, choosesLag(given.choose))
  const labels = subjects.map(({ subject }) => subject)
  const choice = modelChoices(context)[0]!
  const inner = labels.slice(0, pipeline.classify.innerSubjects)
  if (labels.length < inner.length + 2)
    throw new LimbicError('TOO_FEW_SUBJECTS', {
      found: labels,
      needed: inner.length + 2,
      why: 'train a decoder',
    })
  const decided = inner.length === 0 ? {} : await decideInner(context, subjects, inner, [choice])
  const innerChoice = decided[choice.name]
  const decoder = await fitDecoder(context, subjects, 'calibrated', [
    innerChoice === undefined ? choice : { ...choice, inner: innerChoice },
  ])
  const { calibrations, ...population } = decoder.population
  const classifier = decoder.models[choice.name]!
  const parts: DecoderParts = {
    pipeline,
    population,
    classifier,
    temperature: innerChoice?.temperature.temperature ?? 1,
  }
  const states: Record<string, unknown> = { 'decoder.state': parts }
  for (const [subject, calibration] of Object.entries(calibrations))
    states[`subjects/${subject}.state`] = await withPreprocessing(calibration, dataset)
  const metrics = await readMetrics(out, given, dataset)
  const manifest = { ...describeBundle(dataset, parts, labels), metrics }
  return writeBundleFiles(join(out, 'bundle'), manifest, states)
}

/** What cannot serve beside a scanner: protocol `paper` knows no way to a new subject, and controls decode no brain. */
function assertTrainable({ name, protocol, classify }: Pipeline): void {
  const [key, expected, found] =
    protocol === 'strict'
      ? ['classify.model', 'a model that reads volumes', classify.model]
      : ['protocol', 'strict: only it gives a decoder for new subjects', protocol]
  if (protocol === 'strict' && classifierOf(classify.model).reads === undefined) return
  throw new LimbicError('PIPELINE_VALUE_INVALID', { file: name, key, expected, found })
}

function describeBundle(
  dataset: DatasetRecord,
  { pipeline, classifier, population, temperature }: DecoderParts,
  labels: readonly string[],
): Omit<BundleManifest, 'files' | 'metrics'> {
  const { grid } = dataset.subjects[0]!
  return {
    format: 'limbic-bundle-1',
    name: pipeline.name,
    version: limbicVersion(),
    model: pipeline.classify.model,
    classes: [...dataset.classes],
    grid: { shape: [...grid.shape], affine: [...grid.affine] },
    trSeconds: dataset.trSeconds,
    trainingSubjects: [...labels],
    voxelMode: pipeline.select.mode,
    baseline: pipeline.clean.baseline,
    nVoxels: population.selection?.voxels.length ?? pipeline.select.k,
    nFeatures: classifier.nFeatures,
    temperature,
    pipelineSha256: hashKey('settings', settingsOf(pipeline)),
    datasetSha256: dataset.sha256,
  }
}

/**
 * The cross-subject figures of the run in the same folder, if there was one with the same settings on the same data: a decoder trained on
 * everybody has none of its own, and those of another pipeline would be believed.
 */
async function readMetrics(
  out: string,
  pipeline: Pipeline,
  dataset: DatasetRecord,
): Promise<BundleManifest['metrics']> {
  const file = join(out, 'report.json')
  if (!existsSync(file)) return null
  const parsed = reportSchema.safeParse(JSON.parse(await readFile(file, 'utf8')))
  if (!parsed.success) return null
  const { summary, provenance } = parsed.data
  const isOfThis =
    provenance.configSha256 === hashKey('settings', settingsOf(pipeline)) &&
    provenance.datasetSha256 === dataset.sha256
  if (summary === null || !isOfThis) return null
  return {
    accuracy: summary.accuracy.mean,
    balancedAccuracy: summary.balancedAccuracy.mean,
    source: 'report.json',
  }
}
