/** Training subjects and a grid -> the settings of a fold, decided without the subject that is held out. */
import { LimbicError } from '../../../core/errors/index.ts'
import type { ChooseSettings, Pipeline } from '../../../core/schemas/pipeline.ts'
import type { State } from '../../../core/types.ts'
import type { ProtocolContext } from '../context.ts'
import { rotationHashes, runKeys, type SubjectData } from '../subject-data.ts'
import { listCandidates, type Candidate } from './candidates.ts'
import { lagSetting, relabelSubjects } from './relabel.ts'
import { scoreCandidates } from './score-candidates.ts'

/** The settings of a fold. */
export interface Choice extends State {
  readonly kind: 'choice'
  readonly settings: Readonly<Record<string, unknown>>
  readonly pipeline: Pipeline
}

/**
 * Chooses a fold's settings by leaving out one training subject after the other.
 *
 * @param context - Settings and services.
 * @param training - The training subjects of the fold.
 * @param position - Where the inner subjects start when not all of them serve: so that each serves equally often over the folds.
 * @returns The best combination; null without a grid. It has seen the runs of the training subjects, and says so.
 * @throws {LimbicError} `TOO_FEW_SUBJECTS` with fewer than three training subjects; as `scoreCandidates`.
 */
export async function chooseSettings(
  context: ProtocolContext,
  training: readonly SubjectData[],
  position: number,
): Promise<Choice | null> {
  const { choose } = context.pipeline
  if (choose === undefined) return null
  const candidates = listCandidates(context.pipeline)
  const total = new Float64Array(candidates.length)
  for (const inner of innerSubjects(training, position, choose)) {
    const others = training.filter((subject) => subject !== inner)
    for (const sameLag of groupByLag(candidates)) {
      const { pipeline } = sameLag[0]!.candidate
      const [held, ...rest] = relabelSubjects([inner, ...others], pipeline, choosesLag(choose))
      const tried = sameLag.map(({ candidate }) => candidate)
      const scores = await context.memo(
        'inner-scores',
        scoresKey(context, tried, rest, held!),
        () => scoreCandidates(context, rest, held!, tried),
      )
      sameLag.forEach(({ index }, i) => (total[index]! += scores[choose.by][i]!))
    }
  }
  const best = candidates[total.indexOf(Math.max(...total))]!
  return {
    ...{ kind: 'choice', settings: best.settings, pipeline: best.pipeline },
    fittedOn: training.flatMap(({ runs }) => runKeys(runs)),
  }
}

/**
 * Whether folds choose the lag between an event and its volumes.
 *
 * @param choose - The grid, if there is one.
 * @returns Whether they do.
 * @throws Never.
 */
export function choosesLag(choose: ChooseSettings | undefined): boolean {
  return choose?.grid[lagSetting] !== undefined
}

interface Indexed {
  readonly candidate: Candidate
  readonly index: number
}

function groupByLag(candidates: readonly Candidate[]): readonly (readonly Indexed[])[] {
  const groups = new Map<unknown, Indexed[]>()
  candidates.forEach((candidate, index) => {
    const lag = candidate.settings[lagSetting]
    groups.set(lag, [...(groups.get(lag) ?? []), { candidate, index }])
  })
  return [...groups.values()]
}

function innerSubjects(
  training: readonly SubjectData[],
  position: number,
  { innerSubjects: wanted }: ChooseSettings,
): readonly SubjectData[] {
  if (training.length < 3)
    throw new LimbicError('TOO_FEW_SUBJECTS', {
      found: training.map(({ subject }) => subject),
      ...{ needed: 3, why: 'choose settings on: one is left out and two have to remain' },
    })
  const n = wanted === 'all' ? training.length : Math.min(wanted, training.length)
  return Array.from({ length: n }, (_, i) => training[(position + i) % training.length]!)
}

function scoresKey(
  { classes, pipeline }: ProtocolContext,
  candidates: readonly Candidate[],
  others: readonly SubjectData[],
  inner: SubjectData,
): unknown {
  const { seed, evaluate } = pipeline
  return {
    ...{ version: 1, classes, seed, unit: evaluate.unit },
    candidates: candidates.map(({ pipeline: { clean, select, align, classify, label } }) => ({
      ...{ clean, select, align, label, model: classify.model, options: classify.options },
    })),
    others: others.map(({ training }) => [
      training.calibration.map((run) => run.sha256),
      training.labelled.map((run) => run.sha256),
    ]),
    inner: rotationHashes(inner),
    ...(inner.parcels === undefined ? {} : { parcels: inner.parcels }),
  }
}
