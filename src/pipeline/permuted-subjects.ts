/** Subjects -> the same subjects with their labels dealt out anew within every run: what a permutation of a whole pipeline works on. */
import { createRng, type Rng } from '../core/rng.ts'
import type { Pipeline } from '../core/schemas/pipeline.ts'
import { permuteLabels } from '../evaluate/permutation.ts'
import type { RunData, SubjectData } from '../evaluate/protocol/subject-data.ts'
import { hashKey } from './cache.ts'

/**
 * Permutes the labels of all runs of all subjects.
 *
 * @param subjects - The subjects.
 * @param seed - Seed of the pipeline.
 * @param permutation - Which permutation, from 1.
 * @returns The subjects with permuted labels. The labels of a run depend on seed, permutation and run alone, so that every fold of a
 *   permutation sees the same ones wherever it is computed.
 * @throws Never.
 * @see permuteLabels
 */
export function permuteSubjects(
  subjects: readonly SubjectData[],
  seed: number,
  permutation: number,
): readonly SubjectData[] {
  const rng = createRng(seed).fork(`permutation/${permutation}`)
  const permuted = new Map<RunData, RunData>()
  for (const run of subjects.flatMap(({ runs }) => runs)) {
    const [labels] = permuteLabels([run.labels], rng.fork(run.key))
    // A run without labels, such as a film, stays what it was, and what was made of it is found again.
    const isAsBefore = labels!.every((label, t) => label === run.labels[t])
    const sha256 = hashKey('permuted', { run: run.sha256, labels })
    permuted.set(
      run,
      isAsBefore ? run : { ...run, ...permuteLags(run, rng), labels: labels!, sha256 },
    )
  }
  const all = (runs: readonly RunData[]): RunData[] => runs.map((run) => permuted.get(run)!)
  return subjects.map((subject) => ({
    ...subject,
    runs: all(subject.runs),
    rotations: subject.rotations.map(({ calibration, evaluation }) => ({
      calibration: all(calibration),
      evaluation: all(evaluation),
    })),
    training: {
      calibration: all(subject.training.calibration),
      labelled: all(subject.training.labelled),
    },
  }))
}

/** The same blocks at other lags are exchanged in the same way: the stream of a run does not depend on the lag. */
function permuteLags({ key, labelsByLag }: RunData, rng: Rng): Pick<RunData, 'labelsByLag'> {
  if (labelsByLag === undefined) return {}
  const entries = Object.entries(labelsByLag).map(([lag, labels]) => [
    lag,
    permuteLabels([labels], rng.fork(key))[0]!,
  ])
  return { labelsByLag: Object.fromEntries(entries) as NonNullable<RunData['labelsByLag']> }
}

/**
 * The pipeline as permutations repeat it: all of it that the tested score depends on, and nothing beside.
 *
 * @param pipeline - The pipeline.
 * @returns The pipeline without the variants that no test is made of.
 * @throws Never.
 */
export function permutedPipeline(pipeline: Pipeline): Pipeline {
  const beside = { unaligned: false, zeroShot: false, withinSubject: false }
  return { ...pipeline, evaluate: { ...withoutCurve(pipeline.evaluate), ...beside } }
}

function withoutCurve({
  learningCurve: _,
  ...evaluate
}: Pipeline['evaluate']): Pipeline['evaluate'] {
  return evaluate
}
