/** Training samples -> fitted classifiers and the temperature that makes their probabilities honest. */
import type { Matrix64, State } from '../../core/types.ts'
import type { ClassifierState, FitContext } from '../../train/classifier.ts'
import { classifierOf } from '../../train/classifiers.ts'
import { fitTemperature, type TemperatureState } from '../../train/temperature.ts'
import { calibrateSubject, subjectSamples } from './calibration.ts'
import type { ProtocolContext, Variant } from './context.ts'
import { fitPopulation, populationKey, trainingSamples, type Population } from './population.ts'
import { sampleLabels, stackSamples, type LabelledFeatures } from './samples.ts'
import { runKeys, type SubjectData } from './subject-data.ts'
import { heldOutVolumes, trainingVolumes } from './volumes.ts'

/** A population with the classifiers that were fitted on its samples. */
export interface Decoder {
  readonly population: Population
  readonly models: Readonly<Record<string, ClassifierState>>
  readonly nTrainingSamples: number
}

/** A classifier to be fitted, with its settings. */
export interface ModelChoice {
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
}

/** What the inner fit decides for a model. */
export interface InnerChoice {
  readonly temperature: TemperatureState
  /** Epochs after which the inner validation loss was lowest; absent when the model does not stop early. */
  readonly epochs?: number
}

/**
 * The models of a pipeline: the one in question first, then its baselines.
 *
 * @param context - Settings and services.
 * @returns Names and settings.
 * @throws Never.
 */
export function modelChoices({ pipeline }: ProtocolContext): readonly ModelChoice[] {
  const { model, options, baselines, baselineOptions } = pipeline.classify
  return [
    { name: model, options },
    ...baselines
      .filter((name) => name !== model)
      .map((name) => ({ name, options: baselineOptions[name] ?? {} })),
  ]
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
  const fitting = createFitting(context, population, subjects, held)
  const models: Record<string, ClassifierState> = {}
  for (const choice of choices) {
    const key = {
      version: 1,
      population: populationKey(context, subjects, variant),
      choice: { name: choice.name, options: choice.options, epochs: choice.inner?.epochs ?? null },
      seed: context.pipeline.seed,
      validated: held.length > 0,
    }
    models[choice.name] = await context.memo('classifier', key, async () =>
      fitOne(context, choice, fitting),
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
    const epochs = state.bestEpoch
    decided[name] = { temperature, ...(epochs === undefined ? {} : { epochs }) }
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
  return classifierOf(name).score(state, samples.features, context)
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

async function heldOutSamples(
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

/** What classifiers are fitted on. Samples are gathered when the first of them asks, and never for one that reads volumes by itself. */
interface Fitting {
  readonly population: Population
  readonly subjects: readonly SubjectData[]
  readonly held: readonly SubjectData[]
  readonly samples: () => Promise<LabelledFeatures>
  readonly validation: () => Promise<LabelledFeatures | undefined>
}

function createFitting(
  context: ProtocolContext,
  population: Population,
  subjects: readonly SubjectData[],
  held: readonly SubjectData[],
): Fitting {
  return {
    ...{ population, subjects, held },
    samples: once(() => trainingSamples(context, population, subjects)),
    validation: once(async () =>
      held.length === 0 ? undefined : heldOutSamples(context, population, held),
    ),
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

function countSamples({ pipeline }: ProtocolContext, subjects: readonly SubjectData[]): number {
  const runs = subjects.flatMap(({ training }) => training.labelled)
  return runs.reduce((sum, run) => sum + sampleLabels(run, pipeline.evaluate.unit).length, 0)
}

async function fitOne(
  context: ProtocolContext,
  choice: ModelChoice & { inner?: InnerChoice },
  fitting: Fitting,
): Promise<ClassifierState> {
  const nClasses = context.classes.length
  const { population, subjects, held } = fitting
  const runs = subjects.flatMap(({ training }) => runKeys(training.labelled))
  const services = {
    rng: context.rng.fork(
      `fit/${choice.name}/${population.variant}/${[...new Set(runs)].join(',')}`,
    ),
    emit: context.emit,
    openEngine: context.openEngine,
    ...trainingServices(context),
  }
  const epochs = choice.inner?.epochs
  const options = { ...choice.options, ...(epochs === undefined ? {} : { epochs }) }
  const classifier = classifierOf(choice.name)
  if (classifier.fitVolumes !== undefined)
    return classifier.fitVolumes(trainingVolumes(context, population, subjects), options, {
      ...services,
      ...(held.length === 0 ? {} : { validation: await heldOutVolumes(context, population, held) }),
    })
  const validation = await fitting.validation()
  return classifier.fit({ ...(await fitting.samples()), nClasses }, options, {
    ...services,
    ...(validation === undefined ? {} : { validation: { ...validation, nClasses } }),
  })
}

/** Checkpoints, log and deadline, as far as there are any. */
function trainingServices({
  checkpointDir,
  trainingLogDir,
  deadline,
}: ProtocolContext): Pick<FitContext, 'checkpointDir' | 'trainingLogDir' | 'deadline'> {
  return {
    ...(checkpointDir === undefined ? {} : { checkpointDir }),
    ...(trainingLogDir === undefined ? {} : { trainingLogDir }),
    ...(deadline === undefined ? {} : { deadline }),
  }
}
