/** Training samples, in memory or read as they are needed -> one fitted classifier. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix64 } from '../../core/types.ts'
import type { ClassifierState, FitContext, Samples } from '../../train/classifier.ts'
import { classifierOf } from '../../train/classifiers.ts'
import type { VolumeSamples } from '../../train/volumes/index.ts'
import type { ProtocolContext } from './context.ts'
import type { LabelledFeatures } from './samples.ts'
import type { SubjectData } from './subject-data.ts'

/** A classifier to be fitted, with its settings. */
export interface ModelChoice {
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
}

/** What a classifier is fitted on. Samples are gathered when the first classifier asks, and never for one that reads volumes by itself. */
export interface TrainingSource {
  readonly samples: () => Promise<LabelledFeatures>
  /** Samples that networks decide stopping and learning rate by; undefined when there are none. */
  readonly validation: () => Promise<LabelledFeatures | undefined>
  readonly volumes: () => VolumeSamples
  readonly validationVolumes: () => Promise<VolumeSamples> | VolumeSamples | undefined
}

/**
 * The models of a pipeline: the one in question first, then its baselines.
 *
 * @param context - Settings and services.
 * @returns Names and settings.
 * @throws Never.
 */
export function modelChoices({
  pipeline,
}: Pick<ProtocolContext, 'pipeline'>): readonly ModelChoice[] {
  const { model, options, baselines, baselineOptions } = pipeline.classify
  return [
    { name: model, options },
    ...baselines
      .filter((name) => name !== model)
      .map((name) => ({ name, options: baselineOptions[name] ?? {} })),
  ]
}

/**
 * Fits one classifier.
 *
 * @param context - Settings and services.
 * @param choice - The classifier and its settings.
 * @param source - Where its samples come from.
 * @param stream - Names the stream of random numbers: the same name gives the same fit.
 * @returns The fitted classifier.
 * @throws {LimbicError} As the classifier.
 */
export async function fitClassifier(
  context: ProtocolContext,
  choice: ModelChoice,
  source: TrainingSource,
  stream: string,
): Promise<ClassifierState> {
  const nClasses = context.classes.length
  const services = {
    rng: context.rng.fork(stream),
    emit: context.emit,
    openEngine: context.openEngine,
    ...trainingServices(context),
  }
  const classifier = classifierOf(choice.name)
  if (classifier.fitVolumes !== undefined) {
    const validation = await source.validationVolumes()
    return classifier.fitVolumes(source.volumes(), choice.options, {
      ...services,
      ...(validation === undefined ? {} : { validation }),
    })
  }
  const validation = await source.validation()
  const samplesFor = (samples: LabelledFeatures): Samples => ({
    features: featuresFor(choice.name, samples),
    labels: samples.labels,
    runs: samples.runs,
    nClasses,
  })
  return classifier.fit(samplesFor(await source.samples()), choice.options, {
    ...services,
    ...(validation === undefined ? {} : { validation: samplesFor(validation) }),
  })
}

/**
 * What a classifier reads of samples.
 *
 * @param name - The classifier.
 * @param samples - The samples.
 * @returns Their features, or the nuisance that the classifier names.
 * @throws {LimbicError} `VALUE_INVALID` when it wants head motion and there is none: `chooseModels` leaves it out.
 */
export function featuresFor(
  name: string,
  { features, time, motion }: Pick<LabelledFeatures, 'features' | 'time' | 'motion'>,
): Matrix64 {
  const { reads } = classifierOf(name)
  if (reads === 'time') return time
  if (reads !== 'motion') return features
  if (motion !== null) return motion
  throw new LimbicError('VALUE_INVALID', {
    what: `the samples of the classifier "${name}"`,
    expected: 'realignment parameters of every run',
    found: 'none',
  })
}

/**
 * The models that can be fitted on some subjects.
 *
 * @param context - Settings and services.
 * @param subjects - All subjects that take part.
 * @returns The models of the pipeline without the decoder of head motion where motion is unknown, and why it is left out.
 * @throws {LimbicError} `MODEL_UNKNOWN`.
 */
export function chooseModels(
  context: Pick<ProtocolContext, 'pipeline'>,
  subjects: readonly SubjectData[],
): { readonly choices: readonly ModelChoice[]; readonly warnings: readonly string[] } {
  const choices = modelChoices(context)
  const still = subjects.find(({ training, rotations }) =>
    [...training.labelled, ...rotations.flatMap(({ evaluation }) => evaluation)].some(
      (run) => run.motion === undefined && run.labels.some((label) => label >= 0),
    ),
  )
  const isDoable = ({ name }: ModelChoice): boolean =>
    still === undefined || classifierOf(name).reads !== 'motion'
  const left = choices.filter((choice) => !isDoable(choice))
  return {
    choices: choices.filter(isDoable),
    warnings: left.map(
      ({ name }) =>
        `The decoder "${name}" was left out: runs of sub-${still!.subject} have no realignment parameters (trans_x to rot_z in a confounds file, or data.preprocess: minimal).`,
    ),
  }
}

/**
 * Makes something when it is first asked for, and keeps it.
 *
 * @param make - Makes it.
 * @returns The asker.
 * @throws Never.
 */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
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
