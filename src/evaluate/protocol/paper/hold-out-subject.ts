/** The protocol of the paper's experiment A, one fold: voxels and alignment come from everybody, the classifier from all subjects but one. */
import type { Fold, ModelFold } from '../../../core/schemas/report.ts'
import { classifierOf } from '../../../train/classifiers.ts'
import type { ClassifierState } from '../../../train/classifier.ts'
import { findLeaks, type GuardedState } from '../../leak-guard.ts'
import { subjectSamples } from '../calibration.ts'
import type { ProtocolContext } from '../context.ts'
import { scoreModel } from '../fit.ts'
import { fitClassifier, chooseModels, once, type TrainingSource } from '../fit-classifier.ts'
import type { Population } from '../population.ts'
import { stackSamples, type LabelledFeatures } from '../samples.ts'
import { scoreLogits } from '../score.ts'
import { runKeys, type SubjectData } from '../subject-data.ts'
import { trainingVolumes } from '../volumes.ts'
import { nameLeaks } from './name-leaks.ts'
import { oversample, takeIndices } from './oversample.ts'
import { fitPaperPopulation, paperPopulationKey } from './paper-population.ts'
import { readAsPublished, scalingStates } from './whole-run.ts'

/**
 * Runs the fold that scores one subject.
 *
 * @param context - Settings and services.
 * @param subjects - All subjects of the dataset.
 * @param heldOut - Label of the scored subject.
 * @returns What the fold found, every leak named.
 * @throws {LimbicError} As the stages.
 * @remarks The scored volumes also validate: a network that keeps its best epoch, or lowers its learning rate, does so by them, as published.
 */
export async function holdOutSubjectAsPublished(
  context: ProtocolContext,
  subjects: readonly SubjectData[],
  heldOut: string,
): Promise<Fold> {
  const published = subjects.map((subject) => readAsPublished(subject, context.pipeline.clean))
  const subject = published.find((candidate) => candidate.subject === heldOut)!
  const training = published.filter((candidate) => candidate.subject !== heldOut)
  const population = await fitPaperPopulation(context, published)
  const scored = await samplesOf(context, population, [subject], `score/${heldOut}`)
  const source: TrainingSource = {
    samples: once(() => samplesOf(context, population, training, `train/${heldOut}`)),
    validation: () => Promise.resolve(scored),
    volumes: () => trainingVolumes(context, population, training),
    validationVolumes: () => trainingVolumes(context, population, [subject]),
  }
  const models: Record<string, ModelFold> = {}
  const classifiers = new Map<string, ClassifierState>()
  const { choices, warnings } = chooseModels(context, published)
  for (const choice of choices) {
    const { name } = choice
    const key = {
      ...{ version: 1, population: paperPopulationKey(context, published), choice, heldOut },
      ...{ seed: context.pipeline.seed, oversample: context.pipeline.evaluate.oversample },
    }
    const state = await context.memo('classifier', key, () =>
      fitClassifier(context, choice, source, `paper/${name}/${heldOut}`),
    )
    classifiers.set(name, state)
    models[name] = {
      calibrated: scoreLogits(await scoreModel(context, name, state, scored), scored.labels, 1),
      ...{ unaligned: null, zeroShot: null, temperature: 1, epochs: [...(state.epochs ?? [])] },
    }
  }
  const nSelected = population.calibrations[heldOut]!.selection.voxels.length
  return {
    subject: heldOut,
    evaluationRuns: [...runKeys(subject.runs)],
    ...{ calibrationRuns: [], calibrationMinutes: 0, innerSubjects: [] },
    trainingSubjects: training.map((other) => other.subject),
    nTrainingVolumes: (await source.samples()).labels.length,
    nMaskVoxels: Math.max(...subject.runs.map((run) => run.maskVoxels.length)),
    nSelectedVoxels: nSelected,
    nComponents: population.commonSpace?.template.nCols ?? nSelected,
    models,
    leaks: leaksOf(context, population, subject, classifiers),
    warnings: [...warnings],
  }
}

async function samplesOf(
  context: ProtocolContext,
  population: Population,
  subjects: readonly SubjectData[],
  stream: string,
): Promise<LabelledFeatures> {
  const parts: LabelledFeatures[] = []
  for (const { subject, runs } of subjects)
    parts.push(await subjectSamples(context, population.calibrations[subject]!, runs))
  const samples = stackSamples(parts)
  if (!context.pipeline.evaluate.oversample) return samples
  return takeIndices(samples, oversample(samples.labels, context.rng.fork(`oversample/${stream}`)))
}

function leaksOf(
  { pipeline }: ProtocolContext,
  population: Population,
  subject: SubjectData,
  classifiers: ReadonlyMap<string, ClassifierState>,
): string[] {
  const { selection, mapper } = population.calibrations[subject.subject]!
  const own = [selection, mapper, ...scalingStates(subject.runs, pipeline.clean)]
  const states = [
    ...own.map((state) => ({ state, scope: 'subject' })),
    ...[population.commonSpace, ...classifiers.values()].map((state) => ({
      state,
      scope: 'population',
    })),
  ].filter(({ state }) => state !== null) as GuardedState[]
  const names = new Map([...classifiers].map(([name, { kind }]) => [kind, classifierOf(name).name]))
  return nameLeaks(pipeline, findLeaks(states, subject.subject, runKeys(subject.runs)), names)
}
