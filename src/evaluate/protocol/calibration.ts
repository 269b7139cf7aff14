/** One subject's calibration runs -> its way into the decoder's feature space: voxels, scaler and alignment. */
import {
  applyMapper,
  projectSubject,
  type CommonSpaceState,
  type MapperState,
} from '../../align/common-space.ts'
import { projectParcels } from '../../align/parcels.ts'
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix } from '../../core/types.ts'
import type { CausalPreprocessorOptions } from '../../preprocess/causal-preprocessor.ts'
import type { ScalerState } from '../../preprocess/scaler.ts'
import type { SelectionState } from '../../select/select-voxels.ts'
import type { FineTunedState } from '../../train/fine-tune/last-weights.ts'
import type { ProtocolContext, Variant } from './context.ts'
import type { Population } from './population.ts'
import { isParcelSpace, parcelsOf } from './parcels.ts'
import { readCalibrationRows } from './rows.ts'
import { stackSamples, takeSamples, type LabelledFeatures } from './samples.ts'
import { fitCalibrationScaler, readScaledRun } from './scale.ts'
import { selectOwnVoxels } from './selection.ts'
import { runKeys, type RunData, type SubjectData } from './subject-data.ts'

/** How volumes of one subject become features. */
export interface Calibration {
  readonly subject: string
  readonly variant: Variant
  readonly selection: SelectionState
  /** Null in the zero-shot variant. */
  readonly scaler: ScalerState | null
  /** Null without alignment. */
  readonly mapper: MapperState | null
  /** What raw volumes of the subject go through first; absent where they are used as they are. */
  readonly preprocessing?: CausalPreprocessorOptions
  /** Layers of the decoder's network that are the subject's own; absent unless it was fine-tuned. */
  readonly fineTuned?: FineTunedState
}

/**
 * Calibrates a subject that the population has never seen, from its calibration runs alone.
 *
 * @param context - Settings and services.
 * @param population - Fitted on other subjects.
 * @param subject - The held-out subject.
 * @param runs - Its calibration runs.
 * @returns Voxels, scaler and alignment.
 * @throws {LimbicError} `CALIBRATION_RUNS_DIFFER`, `CALIBRATION_LABELS_MISSING`, `ALIGN_RANK_DEFICIENT`.
 */
export async function calibrateSubject(
  context: ProtocolContext,
  population: Population,
  subject: SubjectData,
  runs: readonly RunData[],
): Promise<Calibration> {
  const { clean, align } = context.pipeline
  const { variant, commonSpace } = population
  const selection = population.selection ?? (await selectOwnVoxels(context, subject, runs))
  const { voxels } = selection
  if (variant === 'zero-shot')
    return { subject: subject.subject, variant, selection, scaler: null, mapper: null }
  const scaler = await fitCalibrationScaler(runs, voxels, clean)
  if (commonSpace === null)
    return { subject: subject.subject, variant, selection, scaler, mapper: null }
  const { rows, keys } = await readCalibrationRows(runs, voxels, scaler, clean, align.match)
  const parcels = parcelsOf(subject, voxels)
  const options = {
    subject: subject.subject,
    runs: runKeys(runs),
    rows: templateRows(population, subject.subject, keys),
  }
  const mapper =
    parcels !== undefined && isParcelSpace(commonSpace)
      ? projectParcels(commonSpace, rows, { ...options, parcels })
      : projectSubject(commonSpace, rows, options)
  return { subject: subject.subject, variant, selection, scaler, mapper }
}

/**
 * The calibration of a training subject, whose mapper the common space already holds.
 *
 * @param context - Settings and services.
 * @param subject - A training subject.
 * @param variant - How volumes reach the classifier.
 * @param selection - Its voxels.
 * @param commonSpace - Holds its mapper, or null without alignment.
 * @returns Voxels, scaler and alignment.
 * @throws {LimbicError} As `cleanRun`.
 */
export async function calibrateTrainingSubject(
  context: ProtocolContext,
  subject: SubjectData,
  variant: Variant,
  selection: SelectionState,
  commonSpace: CommonSpaceState | null,
): Promise<Calibration> {
  const runs = subject.training.calibration
  const scaler =
    variant === 'zero-shot'
      ? null
      : await fitCalibrationScaler(runs, selection.voxels, context.pipeline.clean)
  const mapper = commonSpace?.mappers[subject.subject] ?? null
  return { subject: subject.subject, variant, selection, scaler, mapper }
}

/**
 * Every volume of a run in the feature space, each from itself and earlier volumes only.
 *
 * @param context - Settings and services.
 * @param calibration - The subject's calibration.
 * @param run - A run of the subject.
 * @returns `[nVolumes x nFeatures]`.
 * @throws Never.
 */
export async function runFeatures(
  context: ProtocolContext,
  calibration: Calibration,
  run: RunData,
): Promise<Matrix> {
  const { baseline } = context.pipeline.clean
  const { selection, scaler, mapper } = calibration
  const scaled = await readScaledRun(run, selection.voxels, scaler, baseline)
  return mapper === null ? scaled : applyMapper(mapper, scaled)
}

/**
 * The labelled samples of some runs in the feature space.
 *
 * @param context - Settings and services.
 * @param calibration - The subject's calibration.
 * @param runs - Runs of the subject.
 * @returns The samples in temporal order.
 * @throws Never.
 */
export async function subjectSamples(
  context: ProtocolContext,
  calibration: Calibration,
  runs: readonly RunData[],
): Promise<LabelledFeatures> {
  const parts: LabelledFeatures[] = []
  for (const run of runs) {
    const features = await runFeatures(context, calibration, run)
    parts.push(takeSamples(run, features, context.pipeline.evaluate.unit))
  }
  return stackSamples(parts)
}

function templateRows(
  population: Population,
  subject: string,
  keys: readonly string[],
): Int32Array {
  const position = new Map(population.rowKeys.map((key, i) => [key, i]))
  return Int32Array.from(keys, (key) => {
    const row = position.get(key)
    if (row !== undefined) return row
    throw new LimbicError('CALIBRATION_RUNS_DIFFER', {
      subject,
      reference: population.subjects[0]!,
      expected: `rows out of the template's ${population.rowKeys.length}, such as ${population.rowKeys[0]}`,
      found: key,
    })
  })
}
