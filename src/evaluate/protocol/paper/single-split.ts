/** The protocol of the paper's experiment B: one split of the volumes of all subjects, or, beside it, of whole runs or subjects. */
import { singleFold, type Fold, type ModelFold } from '../../../core/schemas/report.ts'
import type { ClassifierState } from '../../../train/classifier.ts'
import { findLeaks, type Leak } from '../../leak-guard.ts'
import { subjectSamples } from '../calibration.ts'
import type { ProtocolContext } from '../context.ts'
import { scoreModel } from '../fit.ts'
import { fitClassifier, chooseModels, once } from '../fit-classifier.ts'
import type { Population } from '../population.ts'
import { stackSamples, type LabelledFeatures } from '../samples.ts'
import { scoreLogits } from '../score.ts'
import { selectSharedVoxels } from '../selection.ts'
import { runKeys, type SubjectData } from '../subject-data.ts'
import { trainingVolumes } from '../volumes.ts'
import { deal } from './deal.ts'
import { nameLeaks } from './name-leaks.ts'
import { readAsPublished, scalingStates } from './whole-run.ts'

/**
 * Fits on the training part, and scores the test part of everybody at once.
 *
 * @param context - Settings and services.
 * @param subjects - All subjects of the dataset.
 * @returns One fold over all subjects, every leak named. Voxels come from the training part alone.
 * @throws {LimbicError} As the stages; `TOO_FEW_SUBJECTS` when a part of the split is empty.
 */
export async function runSingleSplit(
  context: ProtocolContext,
  subjects: readonly SubjectData[],
): Promise<Fold> {
  const { clean, evaluate } = context.pipeline
  const published = subjects.map((subject) => readAsPublished(subject, clean))
  const { training, validation, test } = deal(published, evaluate, context.rng.fork('split'))
  const population = await describePopulation(context, training, published)
  const scored = await samplesOf(context, population, test)
  const source = {
    samples: once(() => samplesOf(context, population, training)),
    validation: once(async () =>
      validation.length === 0 ? undefined : samplesOf(context, population, validation),
    ),
    volumes: () => trainingVolumes(context, population, training),
    validationVolumes: () =>
      validation.length === 0 ? undefined : trainingVolumes(context, population, validation),
  }
  const models: Record<string, ModelFold> = {}
  const classifiers = new Map<string, ClassifierState>()
  const { choices, warnings } = chooseModels(context, published)
  for (const choice of choices) {
    const { name } = choice
    const state = await fitClassifier(context, choice, source, `paper/${name}/${singleFold}`)
    classifiers.set(name, state)
    models[name] = {
      calibrated: scoreLogits(await scoreModel(context, name, state, scored), scored.labels, 1),
      ...{ unaligned: null, zeroShot: null, temperature: 1, epochs: [...(state.epochs ?? [])] },
    }
  }
  const nSelected = population.selection!.voxels.length
  return {
    subject: singleFold,
    evaluationRuns: test.flatMap(({ runs }) => runKeys(runs)),
    ...{ calibrationRuns: [], calibrationMinutes: 0, innerSubjects: [] },
    trainingSubjects: training.map(({ subject }) => subject),
    nTrainingVolumes: training.reduce((sum, subject) => sum + countLabelled(subject), 0),
    nMaskVoxels: Math.max(
      ...published.flatMap(({ runs }) => runs.map((run) => run.maskVoxels.length)),
    ),
    ...{ nSelectedVoxels: nSelected, nComponents: nSelected, models },
    leaks: leaksOf(context, population, test, classifiers),
    warnings: [...warnings],
  }
}

/** Voxels from the training part; everybody reaches them without scaling or alignment. */
async function describePopulation(
  context: ProtocolContext,
  training: readonly SubjectData[],
  everybody: readonly SubjectData[],
): Promise<Population> {
  const selection = await selectSharedVoxels(context, training)
  const variant = 'unaligned'
  return {
    ...{ variant, selection, commonSpace: null, rowKeys: [] },
    subjects: training.map(({ subject }) => subject),
    calibrations: Object.fromEntries(
      everybody.map(({ subject }) => [
        subject,
        { subject, variant, selection, scaler: null, mapper: null },
      ]),
    ),
    fittedOn: training.flatMap(({ runs }) => runKeys(runs)),
  }
}

async function samplesOf(
  context: ProtocolContext,
  population: Population,
  subjects: readonly SubjectData[],
): Promise<LabelledFeatures> {
  const found: LabelledFeatures[] = []
  for (const { subject, runs } of subjects)
    found.push(await subjectSamples(context, population.calibrations[subject]!, runs))
  return stackSamples(found)
}

function leaksOf(
  { pipeline }: ProtocolContext,
  { selection }: Population,
  test: readonly SubjectData[],
  classifiers: ReadonlyMap<string, ClassifierState>,
): string[] {
  const leaks = test.flatMap(({ subject, runs }): readonly Leak[] =>
    findLeaks(
      [
        { state: selection!, scope: 'subject' },
        ...scalingStates(runs, pipeline.clean).map((state) => ({
          ...{ state, scope: 'subject' as const },
        })),
        ...[...classifiers.values()].map((state) => ({ state, scope: 'population' as const })),
      ],
      subject,
      runKeys(runs),
    ),
  )
  return nameLeaks(
    pipeline,
    leaks,
    new Map([...classifiers].map(([name, { kind }]) => [kind, name])),
  )
}

function countLabelled({ runs }: SubjectData): number {
  return runs.reduce((sum, { labels }) => sum + labels.filter((label) => label >= 0).length, 0)
}
