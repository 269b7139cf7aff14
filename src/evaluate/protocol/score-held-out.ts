/** A decoder and a subject it has never seen -> scores, every volume of them guarded against whatever saw it. */
import { findMapperProblems } from '../../align/common-space.ts'
import type { Scores } from '../../core/schemas/report.ts'
import type { Matrix64, State } from '../../core/types.ts'
import { assertNoLeak, type GuardedState } from '../leak-guard.ts'
import { calibrateSubject, subjectSamples, type Calibration } from './calibration.ts'
import type { ProtocolContext } from './context.ts'
import { populationStates, scoreModel, type Decoder, type InnerChoice } from './fit.ts'
import { stackRows } from './rows.ts'
import { scoreLogits } from './score.ts'
import { runKeys, type SubjectData } from './subject-data.ts'

/** What a decoder made of a subject. */
export interface HeldOutScores {
  readonly decoder: Decoder
  /** By model, over all rotations together. */
  readonly scores: Readonly<Record<string, Scores>>
  /** Voxels that reached the classifier in any rotation. */
  readonly voxels: ReadonlySet<number>
  readonly warnings: readonly string[]
}

/** What takes part in a score beside the decoder itself. */
export interface Decisions {
  /** Temperature and stopping by model, from inner subjects. */
  readonly inner: Readonly<Record<string, InnerChoice>>
  /** Anything else that was decided on other subjects. */
  readonly states: readonly State[]
}

/**
 * Calibrates a subject for a decoder, rotation by rotation, and scores its evaluation runs.
 *
 * @param context - Settings and services.
 * @param decoder - Fitted on other subjects.
 * @param subject - The subject.
 * @param decisions - What was decided on inner subjects.
 * @returns Scores per model.
 * @throws {LimbicError} `LEAK_DETECTED` when anything that takes part saw a run that is scored, or the subject where it must not; as the stages.
 */
export async function scoreHeldOut(
  context: ProtocolContext,
  decoder: Decoder,
  subject: SubjectData,
  decisions: Decisions,
): Promise<HeldOutScores> {
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
    await context.onCalibrated?.({ decoder, calibration: calibrated, evaluation })
    const samples = await subjectSamples(context, calibrated, evaluation)
    labels.push(...samples.labels)
    for (const name of names) {
      const states = guarded(decoder, name, calibrated, decisions)
      assertNoLeak(states, subject.subject, runKeys(evaluation))
      logits.get(name)!.push(await scoreModel(context, name, decoder.models[name]!, samples))
    }
  }
  const scores: Record<string, Scores> = {}
  for (const name of names)
    scores[name] = scoreLogits(
      stackRows(logits.get(name)!),
      Int32Array.from(labels),
      decisions.inner[name]?.temperature.temperature ?? 1,
    )
  return { decoder, scores, voxels, warnings: [...warnings] }
}

function guarded(
  decoder: Decoder,
  name: string,
  calibration: Calibration,
  { inner, states }: Decisions,
): readonly GuardedState[] {
  const temperature = inner[name]?.temperature
  const ofOthers = [
    ...populationStates(decoder, name),
    ...(temperature === undefined ? [] : [temperature]),
    ...states,
  ]
  const own = [
    decoder.population.selection === null ? calibration.selection : null,
    calibration.scaler,
    calibration.mapper,
  ].flatMap((state) => (state === null ? [] : [{ state, scope: 'subject' as const }]))
  return [...ofOthers.map((state) => ({ state, scope: 'population' as const })), ...own]
}
