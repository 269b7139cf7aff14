/** Every classifier that a pipeline may name. */
import leven from 'leven'
import { LimbicError } from '../core/errors/index.ts'
import type { Classifier, ClassifierState, ScoreContext, Scorer } from './classifier.ts'
import { baselineClassifiers } from './baselines/index.ts'
import { linearClassifiers } from './linear/index.ts'
import { cnn1dClassifier } from './network/index.ts'
import { resnet3dClassifier } from './volumes/index.ts'

const classifiers: Readonly<Record<string, Classifier>> = {
  ...linearClassifiers,
  ...baselineClassifiers,
  [cnn1dClassifier.name]: cnn1dClassifier,
  [resnet3dClassifier.name]: resnet3dClassifier,
}

/**
 * The names of all classifiers.
 *
 * @returns Names, as pipelines write them.
 * @throws Never.
 */
export function listClassifiers(): readonly string[] {
  return Object.keys(classifiers)
}

/**
 * A classifier by name.
 *
 * @param name - As in `classify.model`.
 * @returns The classifier.
 * @throws {LimbicError} `MODEL_UNKNOWN`, with the nearest name.
 */
export function classifierOf(name: string): Classifier {
  const found = classifiers[name]
  if (found !== undefined) return found
  const known = listClassifiers()
  const nearest = [...known].sort((a, b) => leven(name, a) - leven(name, b))[0]
  throw new LimbicError('MODEL_UNKNOWN', { name, known, nearest })
}

/**
 * Loads a fitted classifier for repeated use.
 *
 * @param name - The classifier.
 * @param state - What was fitted.
 * @param context - Where networks run.
 * @returns The scorer; the caller disposes it.
 * @throws {LimbicError} As the classifier.
 */
export async function createScorer(
  name: string,
  state: ClassifierState,
  context: ScoreContext,
): Promise<Scorer> {
  const classifier = classifierOf(name)
  if (classifier.createScorer !== undefined) return classifier.createScorer(state, context)
  return {
    score: (features) => classifier.score(state, features, context),
    dispose: () => undefined,
  }
}
