/** A subject -> what its own runs teach about each other: the ceiling beside a score across subjects. */
import type { Scores } from '../../core/schemas/report.ts'
import type { ProtocolContext } from './context.ts'
import type { SubjectData } from './subject-data.ts'
import { runWithinSubject } from './within.ts'

/**
 * Leaves out one labelled run of a subject after the other.
 *
 * @param context - Settings and services.
 * @param subject - The subject.
 * @returns Scores of the pipeline's model over all labelled runs; null when fewer than two runs hold labels.
 * @throws {LimbicError} As `runWithinSubject`.
 * @remarks No ceiling in the strict sense: with little data of its own, a subject may be decoded better by what others taught.
 */
export async function scoreCeiling(
  context: ProtocolContext,
  subject: SubjectData,
): Promise<Scores | null> {
  const runs = subject.runs.filter((run) => run.labels.some((label) => label >= 0))
  if (runs.length < 2) return null
  const { classify, align } = context.pipeline
  const pipeline = {
    ...context.pipeline,
    classify: { ...classify, baselines: [] },
    align: { ...align, method: 'none' as const },
  }
  const rotations = runs.map((scored) => ({
    calibration: runs.filter((run) => run !== scored),
    evaluation: [scored],
  }))
  const fold = await runWithinSubject({ ...context, pipeline }, { ...subject, runs, rotations })
  return fold.models[classify.model]!.calibrated
}
