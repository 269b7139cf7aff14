/** Subjects and a pipeline -> who is held out together with a subject, and who is held out of its inner fit. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Pipeline } from '../../core/schemas/pipeline.ts'
import { createRng } from '../../core/rng.ts'
import type { SubjectData } from './subject-data.ts'

/** The subjects of one fold. */
export interface FoldSubjects {
  readonly subject: SubjectData
  readonly training: readonly SubjectData[]
  /** Labels of the training subjects that are held out of the inner fit. */
  readonly inner: readonly string[]
  /** Where the held-out subjects lie among all, for whatever goes around the circle of the others. */
  readonly position: number
}

/**
 * Divides the subjects for the fold that scores one of them.
 *
 * @param subjects - All subjects.
 * @param heldOut - Label of the scored one.
 * @param pipeline - Says how subjects are held out, and how many of the others are held out of the inner fit.
 * @returns The scored subject, the training subjects and the inner ones. With `k-fold` all subjects of a group have the same training
 *   and inner subjects, so that what is fitted for one of them serves the others.
 * @throws {LimbicError} `TOO_FEW_SUBJECTS`.
 */
export function divideSubjects(
  subjects: readonly SubjectData[],
  heldOut: string,
  pipeline: Pick<Pipeline, 'evaluate' | 'classify' | 'seed'>,
): FoldSubjects {
  const subject = subjects.find((candidate) => candidate.subject === heldOut)!
  const group = groupOf(subjects, heldOut, pipeline)
  const training = subjects.filter((candidate) => !group.includes(candidate.subject))
  const position = subjects.findIndex((candidate) => group.includes(candidate.subject))
  return { subject, training, inner: chooseInner(training, position, pipeline), position }
}

/** Labels of the subjects that are held out together; groups are drawn by the seed and differ by one subject at most. */
function groupOf(
  subjects: readonly SubjectData[],
  heldOut: string,
  { evaluate, seed }: Pick<Pipeline, 'evaluate' | 'seed'>,
): readonly string[] {
  if (evaluate.split !== 'k-fold') return [heldOut]
  if (subjects.length < evaluate.folds)
    throw new LimbicError('TOO_FEW_SUBJECTS', {
      found: subjects.map(({ subject }) => subject),
      needed: evaluate.folds,
      why: `make ${evaluate.folds} groups of (evaluate.folds)`,
    })
  const shuffled = createRng(seed)
    .fork('groups')
    .shuffle(subjects.map(({ subject }) => subject))
  const group = shuffled.indexOf(heldOut) % evaluate.folds
  return shuffled.filter((_, i) => i % evaluate.folds === group)
}

/** The subjects that follow the held-out one, around the circle: every subject serves equally often. */
function chooseInner(
  training: readonly SubjectData[],
  position: number,
  { classify }: Pick<Pipeline, 'classify'>,
): readonly string[] {
  const n = classify.innerSubjects
  const needed = Math.max(2, n + 2)
  if (training.length < needed)
    throw new LimbicError('TOO_FEW_SUBJECTS', {
      found: training.map(({ subject }) => subject),
      needed,
      why: `train on, with ${n} of them held out of the inner fit`,
    })
  return Array.from({ length: n }, (_, i) => training[(position + i) % training.length]!.subject)
}
