/** Subjects -> the same subjects with their labels dealt out anew within every run: what a permutation of a whole pipeline works on. */
import { createRng } from '../core/rng.ts'
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
    permuted.set(run, isAsBefore ? run : { ...run, labels: labels!, sha256 })
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

/**
 * The pipeline as permutations repeat it: all of it that the tested score depends on, and nothing beside.
 *
 * @param pipeline - The pipeline.
 * @returns The pipeline without the variants that no test is made of.
 * @throws Never.
 */
export function permutedPipeline(pipeline: Pipeline): Pipeline {
  const { learningCurve: _, ...evaluate } = pipeline.evaluate
  const beside = { unaligned: false, zeroShot: false, withinSubject: false }
  return { ...pipeline, evaluate: { ...evaluate, ...beside } }
}
