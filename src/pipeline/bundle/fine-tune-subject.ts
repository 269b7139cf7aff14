/** A network and the labelled calibration runs of a new subject -> the last layers of the network as they fit that subject, and how they were found. */
import { isLimbicError, LimbicError } from '../../core/errors/index.ts'
import type { FineTuning } from '../../core/schemas/bundle.ts'
import { calibrateSubject } from '../../evaluate/protocol/calibration.ts'
import { runKeys, type RunData } from '../../evaluate/protocol/subject-data.ts'
import { descend, lossOf } from '../../train/fine-tune/descend.ts'
import {
  gatherWeights,
  scatterWeights,
  type FineTunedState,
} from '../../train/fine-tune/last-weights.ts'
import type { Bundle, CalibrationRuns } from './read-bundle.ts'
import { openSubjectNetwork, type SubjectNetwork } from './subject-network.ts'

export interface FineTuneOptions {
  readonly learningRate: number
  /** Steps; undefined lets runs that are left out decide, where that is possible. */
  readonly epochs: number | undefined
}

/** How far training may go when a left-out run decides, and how far it goes when none can. */
export const fineTuneDefaults = { learningRate: 0.003, mostEpochs: 100, epochs: 20 } as const

/** What fine-tuning gives. */
export interface FineTuned {
  readonly state: FineTunedState
  readonly record: FineTuning
}

/**
 * Trains the last layers of a bundle's network on one subject.
 *
 * @param bundle - The decoder; not changed.
 * @param opened - The subject's runs.
 * @param runs - Those of them that may be learnt from; runs without labels count for the calibration only.
 * @param options - Learning rate, and the number of epochs if it is given.
 * @returns The layers; all other weights of the network stay as they are.
 * @throws {LimbicError} `FINE_TUNE_WITHOUT_NETWORK` for a decoder that is none; `FINE_TUNE_LABELS_MISSING` when a class has no volume in the runs; as
 *   `calibrateSubject`.
 * @remarks Where two runs or more hold all classes, each is left out in turn, of the calibration too, and the number of epochs is the one at which the mean
 *   loss of the left-out runs is lowest: 0, which changes nothing, if learning does not help. Single volumes count, as in real time.
 */
export async function fineTuneSubject(
  bundle: Bundle,
  opened: CalibrationRuns,
  runs: readonly RunData[],
  options: FineTuneOptions,
): Promise<FineTuned> {
  const labelled = runs.filter(isLabelled)
  const network = await openSubjectNetwork(bundle, opened)
  try {
    assertAllClasses(opened, runs)
    const chosen = await chooseEpochs(bundle, opened, network, runs, options)
    const { context, population, data } = opened
    const calibration = await calibrateSubject(context, population, data, runs)
    const { layers, problem } = await network.takeApart(calibration, labelled)
    const start = gatherWeights(bundle.classifier, layers)
    const end = descend(problem, start, options.learningRate, chosen.epochs)
    const fittedOn = runKeys(labelled)
    const weights = scatterWeights(bundle.classifier, layers, end)
    return {
      state: { kind: 'fine-tuned network', fittedOn, weights },
      record: {
        layers: layers.map(({ name }) => name),
        runs: [...fittedOn],
        nVolumes: problem.labels.length,
        learningRate: options.learningRate,
        ...chosen,
        loss: { before: lossOf(problem, start), after: lossOf(problem, end) },
      },
    }
  } finally {
    network.dispose()
  }
}

type Chosen = Pick<FineTuning, 'epochs' | 'chosenBy' | 'leftOutLoss'>

async function chooseEpochs(
  bundle: Bundle,
  opened: CalibrationRuns,
  network: SubjectNetwork,
  runs: readonly RunData[],
  { epochs, learningRate }: FineTuneOptions,
): Promise<Chosen> {
  if (epochs !== undefined) return { epochs, chosenBy: 'user', leftOutLoss: null }
  const { mostEpochs } = fineTuneDefaults
  const paths: Float64Array[] = []
  for (const leftOut of runs.filter(isLabelled)) {
    const rest = runs.filter((run) => run !== leftOut)
    if (missingClasses(opened, rest).length > 0) continue
    const apart = await takeApartWithout(opened, network, rest, leftOut)
    if (apart === undefined) continue
    const start = gatherWeights(bundle.classifier, apart.learnt.layers)
    const path = new Float64Array(mostEpochs + 1)
    descend(apart.learnt.problem, start, learningRate, mostEpochs, (weights, epoch) => {
      path[epoch] = lossOf(apart.judged.problem, weights)
    })
    paths.push(path)
  }
  if (paths.length === 0)
    return { epochs: fineTuneDefaults.epochs, chosenBy: 'default', leftOutLoss: null }
  const mean = Array.from({ length: mostEpochs + 1 }, (_, epoch) =>
    paths.reduce((sum, path) => sum + path[epoch]! / paths.length, 0),
  )
  const best = mean.reduce((at, loss, epoch) => (loss < mean[at]! ? epoch : at), 0)
  const leftOutLoss = { before: mean[0]!, after: mean[best]! }
  return { epochs: best, chosenBy: 'left-out runs', leftOutLoss }
}

/** Scores of the run that is left out, and of the others, by a calibration that has not seen it; undefined where fewer runs do not calibrate. */
async function takeApartWithout(
  { context, population, data }: CalibrationRuns,
  network: SubjectNetwork,
  rest: readonly RunData[],
  leftOut: RunData,
) {
  try {
    const calibration = await calibrateSubject(context, population, data, rest)
    return {
      learnt: await network.takeApart(calibration, rest.filter(isLabelled)),
      judged: await network.takeApart(calibration, [leftOut]),
    }
  } catch (error) {
    if (isLimbicError(error)) return undefined
    throw error
  }
}

/** A class that is not there would be unlearnt. */
function assertAllClasses(opened: CalibrationRuns, runs: readonly RunData[]): void {
  const missing = missingClasses(opened, runs)
  if (missing.length === 0) return
  throw new LimbicError('FINE_TUNE_LABELS_MISSING', {
    subject: opened.data.subject,
    missing: missing.map((label) => opened.context.classes[label]!),
    runs: [...runKeys(runs)],
  })
}

function missingClasses({ context }: CalibrationRuns, runs: readonly RunData[]): readonly number[] {
  const present = new Set(runs.flatMap(({ labels }) => [...labels]))
  return context.classes.flatMap((_, label) => (present.has(label) ? [] : [label]))
}

function isLabelled({ labels }: RunData): boolean {
  return labels.some((label) => label >= 0)
}
