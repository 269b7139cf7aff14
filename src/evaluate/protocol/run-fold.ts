/** A pipeline -> its folds by name, and a fold by name -> what it found: the one place that knows which protocol runs what. */
import type { Pipeline } from '../../core/schemas/pipeline.ts'
import { singleFold, type Fold } from '../../core/schemas/report.ts'
import type { ProtocolContext } from './context.ts'
import { holdOutSubjectAsPublished } from './paper/hold-out-subject.ts'
import { runSingleSplit } from './paper/single-split.ts'
import { runStrictFold } from './strict.ts'
import type { SubjectData } from './subject-data.ts'
import { runWithinSubject } from './within.ts'

/**
 * The folds of a pipeline.
 *
 * @param pipeline - The pipeline.
 * @param subjects - Labels of all subjects.
 * @returns One name per fold: the subject that is scored, or `all` where one single split scores everybody.
 * @throws Never.
 */
export function foldNames(
  { evaluate }: Pick<Pipeline, 'evaluate'>,
  subjects: readonly string[],
): readonly string[] {
  return isSingleSplit(evaluate.split) ? [singleFold] : subjects
}

/**
 * Runs one fold.
 *
 * @param context - Settings and services.
 * @param subjects - All subjects of the dataset.
 * @param name - From `foldNames`.
 * @returns What the fold found.
 * @throws {LimbicError} `LEAK_DETECTED` under protocol strict, and as the stages.
 */
export async function runFold(
  context: ProtocolContext,
  subjects: readonly SubjectData[],
  name: string,
): Promise<Fold> {
  const { protocol, evaluate } = context.pipeline
  if (isSingleSplit(evaluate.split)) return runSingleSplit(context, subjects)
  if (protocol === 'paper') return holdOutSubjectAsPublished(context, subjects, name)
  if (evaluate.split === 'leave-one-run-out')
    return runWithinSubject(
      context,
      subjects.find((one) => one.subject === name)!,
    )
  return runStrictFold(context, subjects, name)
}

function isSingleSplit(split: Pipeline['evaluate']['split']): boolean {
  return split === 'volumes' || split === 'grouped'
}
