/** The strict protocol, one fold: a subject is decoded by what other subjects taught, reached through its own calibration runs only. */
import type { CommonSpaceState } from '../../align/common-space.ts'
import type { Fold, ModelFold } from '../../core/schemas/report.ts'
import type { EpochRecord } from '../../train/classifier.ts'
import { classifierOf } from '../../train/classifiers.ts'
import { scoreCeiling } from './ceiling.ts'
import { chooseSettings, choosesLag } from './choices/choose.ts'
import { relabelSubjects } from './choices/relabel.ts'
import type { ProtocolContext, Variant } from './context.ts'
import { decideInner, fitDecoder, type InnerChoice } from './fit.ts'
import { chooseModels } from './fit-classifier.ts'
import { divideSubjects } from './groups.ts'
import { learnFromLess } from './learn-from-less.ts'
import { scoreHeldOut, type HeldOutScores } from './score-held-out.ts'
import { findSharedOrder } from './shared-order.ts'
import { runKeys, type RunData, type SubjectData } from './subject-data.ts'

/**
 * Runs the fold that holds one subject out.
 *
 * @param given - Settings and services; settings that folds choose by themselves are chosen here.
 * @param subjects - All subjects of the dataset, the held-out one among them.
 * @param heldOut - Label of the held-out subject.
 * @returns What the fold found.
 * @throws {LimbicError} `LEAK_DETECTED`, `TOO_FEW_SUBJECTS`, and as the stages.
 */
export async function runStrictFold(
  given: ProtocolContext,
  subjects: readonly SubjectData[],
  heldOut: string,
): Promise<Fold> {
  const divided = divideSubjects(subjects, heldOut, given.pipeline)
  const { inner } = divided
  const choice = await chooseSettings(given, divided.training, divided.position)
  const context = choice === null ? given : { ...given, pipeline: choice.pipeline }
  const isLagChosen = choosesLag(given.pipeline.choose)
  const everybody = [divided.subject, ...divided.training]
  const [subject, ...training] = relabelSubjects(everybody, context.pipeline, isLagChosen) as [
    SubjectData,
    ...SubjectData[],
  ]
  const { choices, warnings } = chooseModels(context, subjects)
  const decided = inner.length === 0 ? {} : await decideInner(context, training, inner, choices)
  const states = choice === null ? [] : [choice]

  const scored = new Map<Variant, HeldOutScores>()
  for (const variant of variantsOf(context)) {
    const decoder = await fitDecoder(
      context,
      training,
      variant,
      choices
        .filter(({ name }) => variant === 'calibrated' || classifierOf(name).reads === undefined)
        .map((one) => withInner(one, decided)),
    )
    const decisions = { inner: variant === 'calibrated' ? decided : {}, states }
    scored.set(variant, await scoreHeldOut(context, decoder, subject, decisions))
  }
  const calibrated = scored.get('calibrated')!
  const models: Record<string, ModelFold> = {}
  for (const { name } of choices)
    models[name] = {
      calibrated: calibrated.scores[name]!,
      unaligned: scored.get('unaligned')?.scores[name] ?? null,
      zeroShot: scored.get('zero-shot')?.scores[name] ?? null,
      temperature: decided[name]?.temperature.temperature ?? 1,
      epochs: withValidation(calibrated.decoder.models[name]!.epochs, decided[name]?.records),
    }
  const learningCurve = await learnFromLess(context, calibrated.decoder, subject, {
    ...{ inner: decided, states },
  })
  const described = describeFold(context, subject, training, calibrated)
  return {
    ...{ ...described, innerSubjects: [...inner], models },
    ...(choice === null ? {} : { choices: { ...choice.settings } }),
    ...(learningCurve === undefined ? {} : { learningCurve }),
    ...(context.pipeline.evaluate.withinSubject
      ? { withinSubject: await scoreCeiling(context, subject) }
      : {}),
    warnings: [
      ...warnings,
      ...described.warnings,
      ...findSharedOrder(subject, training, restOf(context)),
    ],
  }
}

function restOf({ pipeline, classes }: ProtocolContext): number {
  return pipeline.label.rest === undefined ? -1 : classes.indexOf(pipeline.label.rest)
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

/** Nobody is left to validate the final fit; how its epochs do on others is known from the same epochs of the inner fit. */
function withValidation(
  epochs: readonly EpochRecord[] = [],
  inner: readonly EpochRecord[] = [],
): EpochRecord[] {
  return epochs.map((record, i) => {
    const { epoch, validationLoss, validationAccuracy } = inner[i] ?? {}
    if (record.validationLoss !== undefined || epoch !== record.epoch) return record
    return {
      ...record,
      ...(validationLoss === undefined ? {} : { validationLoss }),
      ...(validationAccuracy === undefined ? {} : { validationAccuracy }),
    }
  })
}

function describeFold(
  { pipeline }: ProtocolContext,
  subject: SubjectData,
  training: readonly SubjectData[],
  { decoder, voxels, warnings }: HeldOutScores,
): Omit<Fold, 'models' | 'innerSubjects'> {
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
    nTrainingVolumes: decoder.nTrainingSamples,
    nMaskVoxels: Math.max(...subject.runs.map((run) => run.maskVoxels.length)),
    nSelectedVoxels: nSelected,
    nComponents: commonSpace === null ? nSelected : nDimensionsOf(commonSpace),
    ...(pipeline.select.mode === 'all'
      ? {}
      : { selectedVoxels: [...voxels].sort((a, b) => a - b) }),
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
