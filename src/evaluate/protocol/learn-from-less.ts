/** A decoder and a subject -> scores when the subject is calibrated on less: the decoder stays as it is. */
import type { Fold } from '../../core/schemas/report.ts'
import { planLearningCurve, type CalibrationLength } from '../learning-curve.ts'
import type { ProtocolContext } from './context.ts'
import { cutRun } from './cut-run.ts'
import type { Decoder } from './fit.ts'
import { scoreHeldOut, type Decisions } from './score-held-out.ts'
import type { Rotation, SubjectData } from './subject-data.ts'

/**
 * Scores the model of the pipeline at every length of calibration that the pipeline names.
 *
 * @param context - Settings and services.
 * @param decoder - Fitted on other subjects, on all of their calibration.
 * @param subject - The held-out subject.
 * @param decisions - As for `scoreHeldOut`.
 * @returns The curve of the subject, over all rotations together; undefined when none was asked for, or the rotations have no lengths in common.
 * @throws {LimbicError} As `scoreHeldOut`.
 */
export async function learnFromLess(
  context: ProtocolContext,
  decoder: Decoder,
  subject: SubjectData,
  decisions: Decisions,
): Promise<Fold['learningCurve']> {
  const { evaluate, classify } = context.pipeline
  const amounts = evaluate.learningCurve
  if (amounts === undefined) return undefined
  const plans = subject.rotations.map(({ calibration }) => planLearningCurve(calibration, amounts))
  const nPoints = Math.min(...plans.map(({ length }) => length))
  const model = classify.model
  const alone: Decoder = { ...decoder, models: { [model]: decoder.models[model]! } }
  const points: NonNullable<Fold['learningCurve']>['points'] = []
  for (let step = 0; step < nPoints; step++) {
    const lengths = plans.map((plan) => (step === nPoints - 1 ? plan.at(-1)! : plan[step]!))
    if (lengths.some(({ nVolumes }) => nVolumes.every((n) => n < 2))) continue
    const rotations = subject.rotations.map((rotation, r) => cutRotation(rotation, lengths[r]!))
    const { scores } = await scoreHeldOut(context, alone, { ...subject, rotations }, decisions)
    const { accuracy, balancedAccuracy } = scores[model]!
    points.push({
      amount: meanOf(lengths.map(({ amount }) => amount)),
      minutes: meanOf(lengths.map(({ minutes }) => minutes)),
      ...{ accuracy, balancedAccuracy },
    })
  }
  return { unit: amounts === 'runs' ? 'runs' : 'minutes', points }
}

function cutRotation(
  { calibration, evaluation }: Rotation,
  { nVolumes }: CalibrationLength,
): Rotation {
  const kept = calibration.flatMap((run, r) =>
    nVolumes[r]! < 2 ? [] : [cutRun(run, 0, nVolumes[r]!)],
  )
  return { calibration: kept, evaluation }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
