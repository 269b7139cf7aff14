/** Training subjects without one, and combinations of settings -> how well each combination decodes the one, sharing all work that combinations have in common. */
import type { Matrix64 } from '../../../core/types.ts'
import type { ClassifierState } from '../../../train/classifier.ts'
import type { ProtocolContext } from '../context.ts'
import { heldOutSamples, scoreModel } from '../fit.ts'
import { fitClassifier, type TrainingSource } from '../fit-classifier.ts'
import { fitPopulation, populationKey, trainingSamples, type Population } from '../population.ts'
import { isParcelSpace } from '../parcels.ts'
import type { LabelledFeatures } from '../samples.ts'
import { scoreLogits } from '../score.ts'
import { runKeys, type SubjectData } from '../subject-data.ts'
import { trainingVolumes } from '../volumes.ts'
import type { Candidate } from './candidates.ts'

/** Accuracy and balanced accuracy of each combination, in order. */
export interface CandidateScores {
  readonly accuracy: Float64Array
  readonly balancedAccuracy: Float64Array
}

/**
 * Scores every combination on one subject.
 *
 * @param context - Settings and services.
 * @param training - The subjects that everything is fitted on.
 * @param inner - The subject that is calibrated and scored, none of the others.
 * @param candidates - The combinations; all with the same labels.
 * @returns Scores in the order of the combinations.
 * @throws {LimbicError} As `fitPopulation` and the classifiers.
 * @remarks One template for all combinations that differ in the map of new subjects or in the classifier only, one classifier for all that
 *   differ in the map only, and one calibration for all that differ in the classifier only. Nothing is left on disk but the scores.
 */
export async function scoreCandidates(
  context: ProtocolContext,
  training: readonly SubjectData[],
  inner: SubjectData,
  candidates: readonly Candidate[],
): Promise<CandidateScores> {
  const scores = {
    accuracy: new Float64Array(candidates.length),
    balancedAccuracy: new Float64Array(candidates.length),
  }
  const contextOf = ({ pipeline }: Candidate): ProtocolContext => ({
    ...context,
    pipeline,
    memo: (stage, key, compute) =>
      stage === 'anova' ? context.memo(stage, key, compute) : compute(),
  })
  const byTemplate = groupBy(candidates, (one) => templateKey(contextOf(one), training))
  for (const sameTemplate of byTemplate.values()) {
    const population = await fitPopulation(
      contextOf(sameTemplate[0]!.candidate),
      training,
      'calibrated',
    )
    const fit = perKey((candidate) =>
      fitModel(contextOf(candidate), population, training, candidate),
    )
    const read = perKey((candidate) =>
      heldOutSamples(contextOf(candidate), mappingAs(population, candidate), [inner]),
    )
    for (const { candidate, index } of sameTemplate) {
      const { classify, align } = candidate.pipeline
      const state: ClassifierState = await fit(JSON.stringify(classify.options), candidate)
      const held: LabelledFeatures = await read(JSON.stringify(align.newSubject), candidate)
      const logits: Matrix64 = await scoreModel(context, classify.model, state, held)
      const found = scoreLogits(logits, held.labels, 1)
      scores.accuracy[index] = found.accuracy
      scores.balancedAccuracy[index] = found.balancedAccuracy
    }
  }
  return scores
}

interface Indexed {
  readonly candidate: Candidate
  readonly index: number
}

function groupBy(
  candidates: readonly Candidate[],
  keyOf: (candidate: Candidate) => string,
): ReadonlyMap<string, readonly Indexed[]> {
  const groups = new Map<string, Indexed[]>()
  candidates.forEach((candidate, index) => {
    const key = keyOf(candidate)
    groups.set(key, [...(groups.get(key) ?? []), { candidate, index }])
  })
  return groups
}

/** How a new subject is mapped plays no part in the template, nor in the training samples. */
function templateKey(context: ProtocolContext, training: readonly SubjectData[]): string {
  const { align } = context.pipeline
  const pipeline = { ...context.pipeline, align: { ...align, newSubject: { kind: 'procrustes' } } }
  // Parcels are the same for all combinations, and long.
  const whole = training.map(({ parcels: _, ...subject }) => subject)
  return JSON.stringify(
    populationKey({ ...context, pipeline } as ProtocolContext, whole, 'calibrated'),
  )
}

function mappingAs(population: Population, { pipeline }: Candidate): Population {
  const { commonSpace } = population
  const { newSubject } = pipeline.align
  if (commonSpace === null) return population
  const mapped = { ...commonSpace, newSubject }
  if (!isParcelSpace(commonSpace)) return { ...population, commonSpace: mapped }
  const parcels = commonSpace.parcels.map(({ parcel, space }) => ({
    ...{ parcel, space: { ...space, newSubject } },
  }))
  return { ...population, commonSpace: { ...mapped, parcels } as typeof commonSpace }
}

async function fitModel(
  context: ProtocolContext,
  population: Population,
  training: readonly SubjectData[],
  { pipeline }: Candidate,
): Promise<ClassifierState> {
  const { model, options } = pipeline.classify
  const source: TrainingSource = {
    samples: () => trainingSamples(context, population, training),
    validation: () => Promise.resolve(undefined),
    volumes: () => trainingVolumes(context, population, training),
    validationVolumes: () => undefined,
  }
  const runs = training.flatMap(({ training: own }) => runKeys(own.labelled))
  return fitClassifier(context, { name: model, options }, source, `choose/${model}/${runs.join()}`)
}

/** Makes a thing once per key. */
function perKey<T>(
  make: (candidate: Candidate) => Promise<T>,
): (key: string, candidate: Candidate) => Promise<T> {
  const made = new Map<string, Promise<T>>()
  return (key, candidate) => {
    const known = made.get(key) ?? make(candidate)
    made.set(key, known)
    return known
  }
}
