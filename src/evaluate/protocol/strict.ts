/** The strict protocol, one fold: a subject is decoded by what other subjects taught, reached through its own calibration runs only. */
import { findMapperProblems, type CommonSpaceState } from '../../align/common-space.ts'
import type { Fold, ModelFold, Scores } from '../../core/schemas/report.ts'
import type { Matrix64 } from '../../core/types.ts'
import { classifierOf } from '../../train/classifiers.ts'
import { assertNoLeak, type GuardedState } from '../leak-guard.ts'
import { scoreLogits } from './score.ts'
import { calibrateSubject, subjectSamples, type Calibration } from './calibration.ts'
import type { ProtocolContext, Variant } from './context.ts'
import {
  decideInner,
  fitDecoder,
  populationStates,
  scoreModel,
  type Decoder,
  type InnerChoice,
} from './fit.ts'
import { chooseModels } from './fit-classifier.ts'
import { divideSubjects } from './groups.ts'
import { stackRows } from './rows.ts'
import { runKeys, type RunData, type SubjectData } from './subject-data.ts'

/**
 * Runs the fold that holds one subject out.
 *
 * @param context - Settings and services.
 * @param subjects - All subjects of the dataset, the held-out one among them.
 * @param heldOut - Label of the held-out subject.
 * @returns What the fold found.
 * @throws {LimbicError} `LEAK_DETECTED`, `TOO_FEW_SUBJECTS`, and as the stages.
 */
export async function runStrictFold(
  context: ProtocolContext,
  subjects: readonly SubjectData[],
  heldOut: string,
): Promise<Fold> {
  const { subject, training, inner } = divideSubjects(subjects, heldOut, context.pipeline)
  const { choices, warnings } = chooseModels(context, subjects)
  const decided = inner.length === 0 ? {} : await decideInner(context, training, inner, choices)

  const scored = new Map<Variant, VariantScores>()
  for (const variant of variantsOf(context)) {
    const decoder = await fitDecoder(
      context,
      training,
      variant,
      choices
        .filter(({ name }) => variant === 'calibrated' || classifierOf(name).reads === undefined)
        .map((choice) => withInner(choice, decided)),
    )
    scored.set(
      variant,
      await scoreHeldOut(context, decoder, subject, variant === 'calibrated' ? decided : {}),
    )
  }
  const calibrated = scored.get('calibrated')!
  const models: Record<string, ModelFold> = {}
  for (const { name } of choices)
    models[name] = {
      calibrated: calibrated.scores[name]!,
      unaligned: scored.get('unaligned')?.scores[name] ?? null,
      zeroShot: scored.get('zero-shot')?.scores[name] ?? null,
      temperature: decided[name]?.temperature.temperature ?? 1,
      epochs: [...(calibrated.decoder.models[name]!.epochs ?? [])],
    }
  const selectedVoxels =
    context.pipeline.select.mode === 'all'
      ? {}
      : { selectedVoxels: [...calibrated.voxels].sort((a, b) => a - b) }
  const described = describeFold(subject, training, inner, calibrated)
  return {
    ...{ ...described, ...selectedVoxels, models },
    warnings: [...warnings, ...described.warnings],
  }
}

interface VariantScores {
  readonly decoder: Decoder
  readonly scores: Readonly<Record<string, Scores>>
  /** Voxels that reached the classifier in any rotation. */
  readonly voxels: ReadonlySet<number>
  readonly warnings: readonly string[]
}

function variantsOf({ pipeline }: ProtocolContext): readonly Variant[] {
  const { align, evaluate, select } = pipeline
  const variants: Variant[] = ['calibrated']
  if (evaluate.unaligned && align.method !== 'none') variants.push('unaligned')
  // Voxels of a subject's own need its labels; without them there is nothing to decode from.
  if (evaluate.zeroShot && select.mode !== 'per-subject') variants.push('zero-shot')
  return variants
}

function withInner<C extends { name: string }>(
  choice: C,
  decided: Readonly<Record<string, InnerChoice>>,
): C & { inner?: InnerChoice } {
  const inner = decided[choice.name]
  return inner === undefined ? choice : { ...choice, inner }
}

async function scoreHeldOut(
  context: ProtocolContext,
  decoder: Decoder,
  subject: SubjectData,
  decided: Readonly<Record<string, InnerChoice>>,
): Promise<VariantScores> {
  const names = Object.keys(decoder.models)
  const logits = new Map<string, Matrix64[]>(names.map((name) => [name, []]))
  const labels: number[] = []
  const warnings = new Set<string>()
  const voxels = new Set<number>()
  for (const { calibration, evaluation } of subject.rotations) {
    const calibrated = await calibrateSubject(context, decoder.population, subject, calibration)
    for (const voxel of calibrated.selection.voxels) voxels.add(voxel)
    if (calibrated.mapper !== null)
      for (const { message } of findMapperProblems(calibrated.mapper)) warnings.add(message)
    const samples = await subjectSamples(context, calibrated, evaluation)
    labels.push(...samples.labels)
    for (const name of names) {
      assertNoLeak(
        guarded(decoder, name, calibrated, decided[name]),
        subject.subject,
        runKeys(evaluation),
      )
      logits.get(name)!.push(await scoreModel(context, name, decoder.models[name]!, samples))
    }
  }
  const scores: Record<string, Scores> = {}
  for (const name of names)
    scores[name] = scoreLogits(
      stackRows(logits.get(name)!),
      Int32Array.from(labels),
      decided[name]?.temperature.temperature ?? 1,
    )
  return { decoder, scores, voxels, warnings: [...warnings] }
}

function guarded(
  decoder: Decoder,
  name: string,
  calibration: Calibration,
  inner: InnerChoice | undefined,
): readonly GuardedState[] {
  const population = populationStates(decoder, name).map((state) => ({
    state,
    scope: 'population' as const,
  }))
  const temperature =
    inner === undefined ? [] : [{ state: inner.temperature, scope: 'population' as const }]
  const own = [
    decoder.population.selection === null ? calibration.selection : null,
    calibration.scaler,
    calibration.mapper,
  ].flatMap((state) => (state === null ? [] : [{ state, scope: 'subject' as const }]))
  return [...population, ...temperature, ...own]
}

function describeFold(
  subject: SubjectData,
  training: readonly SubjectData[],
  inner: readonly string[],
  { decoder, warnings }: VariantScores,
): Omit<Fold, 'models'> {
  const unique = (runs: readonly RunData[]): string[] => [...new Set(runKeys(runs))]
  const { selection, commonSpace, calibrations } = decoder.population
  const nSelected =
    selection?.voxels.length ?? Object.values(calibrations)[0]!.selection.voxels.length
  const firstCalibration = subject.rotations[0]!.calibration
  return {
    subject: subject.subject,
    evaluationRuns: unique(subject.rotations.flatMap((rotation) => rotation.evaluation)),
    calibrationRuns: unique(subject.rotations.flatMap((rotation) => rotation.calibration)),
    calibrationMinutes: minutesOf(firstCalibration),
    trainingSubjects: training.map((other) => other.subject),
    innerSubjects: [...inner],
    nTrainingVolumes: decoder.nTrainingSamples,
    nMaskVoxels: Math.max(...subject.runs.map((run) => run.maskVoxels.length)),
    nSelectedVoxels: nSelected,
    nComponents: commonSpace === null ? nSelected : nDimensionsOf(commonSpace),
    leaks: [],
    warnings: [...warnings],
  }
}

function nDimensionsOf({ reduction, template }: CommonSpaceState): number {
  return reduction?.axes.nRows ?? template.nCols
}

function minutesOf(runs: readonly RunData[]): number {
  return runs.reduce((sum, run) => sum + (run.nVolumes * run.trSeconds) / 60, 0)
}
