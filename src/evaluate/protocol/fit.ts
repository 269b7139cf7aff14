/** Training samples -> fitted classifiers and the temperature that makes their probabilities honest. */
import type { Matrix64, State } from '../../core/types.ts'
import type { ClassifierState, EpochRecord } from '../../train/classifier.ts'
import { classifierOf } from '../../train/classifiers.ts'
import { fitTemperature, type TemperatureState } from '../../train/temperature.ts'
import { calibrateSubject, subjectSamples } from './calibration.ts'
import type { ProtocolContext, Variant } from './context.ts'
import {
  featuresFor,
  fitClassifier,
  once,
  type ModelChoice,
  type TrainingSource,
} from './fit-classifier.ts'
import { fitPopulation, populationKey, trainingSamples, type Population } from './population.ts'
import { sampleLabels, stackSamples, type LabelledFeatures } from './samples.ts'
import { rotationHashes, runKeys, type SubjectData } from './subject-data.ts'
import { heldOutVolumes, trainingVolumes } from './volumes.ts'

/** A population with the classifiers that were fitted on its samples. */
export interface Decoder {
  readonly population: Population
  readonly models: Readonly<Record<string, ClassifierState>>
  readonly nTrainingSamples: number
}

/** What the inner fit decides for a model. */
export interface InnerChoice {
  readonly temperature: TemperatureState
  /** Epochs after which the inner validation loss was lowest; absent when the model does not stop early. */
  readonly epochs?: number
  /** Epochs of the inner fit, with their validation loss and accuracy; absent for what is not trained in epochs. */
  readonly records?: readonly EpochRecord[]
}

/**
 * Fits population and classifiers on the training subjects.
 *
 * @param context - Settings and services.
 * @param subjects - Training subjects only.
 * @param variant - How volumes reach the classifier.
 * @param choices - The models; `inner` holds what was decided for them, if anything was.
 * @param held - Subjects outside everything fitted here, whose samples validate networks.
 * @returns The decoder; each classifier is remembered by itself.
 * @throws {LimbicError} As `fitPopulation` and the classifiers.
 */
export async function fitDecoder(
  context: ProtocolContext,
  subjects: readonly SubjectData[],
  variant: Variant,
  choices: readonly (ModelChoice & { inner?: InnerChoice })[],
  held: readonly SubjectData[] = [],
): Promise<Decoder> {
  const population = await fitPopulation(context, subjects, variant)
  const source = createSource(context, population, subjects, held)
  const models: Record<string, ClassifierState> = {}
  for (const choice of choices) {
    const key = {
      version: 1,
      population: populationKey(context, subjects, variant),
      choice: { name: choice.name, options: choice.options, epochs: choice.inner?.epochs ?? null },
      seed: context.pipeline.seed,
      // Stopping and learning rate depend on who validates, so another fold's fit on the same subjects may not serve.
      validated: held.length > 0 && held.map(rotationHashes),
    }
    const epochs = choice.inner?.epochs
    const options = { ...choice.options, ...(epochs === undefined ? {} : { epochs }) }
    models[choice.name] = await context.memo('classifier', key, async () =>
      fitClassifier(
        context,
        { name: choice.name, options },
        source,
        streamOf(choice, population, subjects),
      ),
    )
  }
  return { population, models, nTrainingSamples: countSamples(context, subjects) }
}

/**
 * Fits on the training subjects but the inner ones, and decides temperature and stopping on the inner ones.
 *
 * @param context - Settings and services.
 * @param training - Training subjects, the inner ones among them.
 * @param inner - Labels of the inner subjects.
 * @param choices - The models.
 * @returns What was decided, per model.
 * @throws {LimbicError} As `fitDecoder`.
 */
export async function decideInner(
  context: ProtocolContext,
  training: readonly SubjectData[],
  inner: readonly string[],
  choices: readonly ModelChoice[],
): Promise<Readonly<Record<string, InnerChoice>>> {
  const outerTraining = training.filter(({ subject }) => !inner.includes(subject))
  const held = training.filter(({ subject }) => inner.includes(subject))
  const decoder = await fitDecoder(context, outerTraining, 'calibrated', choices, held)
  const validation = await heldOutSamples(context, decoder.population, held)
  const decided: Record<string, InnerChoice> = {}
  for (const { name } of choices) {
    const state = decoder.models[name]!
    const logits = await scoreModel(context, name, state, validation)
    const temperature = fitTemperature(logits, validation.labels, [
      ...decoder.population.fittedOn,
      ...validation.runs,
    ])
    const { bestEpoch: epochs, epochs: records } = state
    decided[name] = {
      temperature,
      ...(epochs === undefined ? {} : { epochs }),
      ...(records === undefined ? {} : { records }),
    }
  }
  return decided
}

/**
 * Scores samples with a fitted classifier.
 *
 * @param context - Settings and services.
 * @param name - The classifier.
 * @param state - What was fitted.
 * @param samples - Samples in its feature space.
 * @returns Logits `[nSamples x nClasses]`.
 * @throws {LimbicError} As the classifier.
 */
export async function scoreModel(
  context: ProtocolContext,
  name: string,
  state: ClassifierState,
  samples: LabelledFeatures,
): Promise<Matrix64> {
  return classifierOf(name).score(state, featuresFor(name, samples), context)
}

/**
 * Every population-wide state of a decoder, for the leak guard.
 *
 * @param decoder - The decoder.
 * @param name - The classifier that is about to score.
 * @returns Selection, common space and classifier, as far as there are any.
 * @throws Never.
 */
export function populationStates(decoder: Decoder, name: string): readonly State[] {
  const { population, models } = decoder
  return [population.selection, population.commonSpace, models[name]].filter(
    (state): state is NonNullable<typeof state> => state != null,
  )
}

/**
 * The labelled samples of subjects that a population has never seen, each rotation calibrated by its own calibration runs.
 *
 * @param context - Settings and services.
 * @param population - Fitted on other subjects.
 * @param subjects - The subjects.
 * @returns Their samples, rotation by rotation.
 * @throws {LimbicError} As `calibrateSubject`.
 */
export async function heldOutSamples(
  context: ProtocolContext,
  population: Population,
  subjects: readonly SubjectData[],
): Promise<LabelledFeatures> {
  const parts: LabelledFeatures[] = []
  for (const subject of subjects)
    for (const { calibration, evaluation } of subject.rotations) {
      const calibrated = await calibrateSubject(context, population, subject, calibration)
      parts.push(await subjectSamples(context, calibrated, evaluation))
    }
  return stackSamples(parts)
}

function createSource(
  context: ProtocolContext,
  population: Population,
  subjects: readonly SubjectData[],
  held: readonly SubjectData[],
): TrainingSource {
  const isHeld = held.length > 0
  return {
    samples: once(() => trainingSamples(context, population, subjects)),
    validation: once(async () => (isHeld ? heldOutSamples(context, population, held) : undefined)),
    volumes: () => trainingVolumes(context, population, subjects),
    validationVolumes: () => (isHeld ? heldOutVolumes(context, population, held) : undefined),
  }
}

function countSamples({ pipeline }: ProtocolContext, subjects: readonly SubjectData[]): number {
  const runs = subjects.flatMap(({ training }) => training.labelled)
  return runs.reduce((sum, run) => sum + sampleLabels(run, pipeline.evaluate.unit).length, 0)
}

function streamOf(
  { name }: ModelChoice,
  { variant }: Population,
  subjects: readonly SubjectData[],
): string {
  const runs = subjects.flatMap(({ training }) => runKeys(training.labelled))
  return `fit/${name}/${variant}/${[...new Set(runs)].join(',')}`
}
