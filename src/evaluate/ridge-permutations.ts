/** Subjects of a ridge pipeline -> the scores of any fold under any labels, with everything that does not depend on labels done once. */
import type { Matrix32, Matrix64 } from '../core/types.ts'
import { createAnova } from '../select/anova.ts'
import { fitSharedSelection } from '../select/select-voxels.ts'
import { createHeldOutRidge, type HeldOutRidge } from '../train/linear/index.ts'
import { ridgeOptionsSchema } from '../train/linear/ridge.ts'
import { calibrateTrainingSubject, subjectSamples } from './protocol/calibration.ts'
import type { ProtocolContext } from './protocol/context.ts'
import { sampleLabels, stackSamples } from './protocol/samples.ts'
import { centreOnRunningMean } from './protocol/scale.ts'
import { scoreLogits } from './protocol/score.ts'
import { commonVoxels, type RunData, type SubjectData } from './protocol/subject-data.ts'

/** Most candidate voxels for which X'X of all of them is kept: 128 MB. */
const maxCandidates = 4096

/**
 * Balanced accuracy of the ridge in the fold of a subject. `subjects` are those that were given before, with other labels; what depends on
 * these labels alone is kept until other subjects come.
 */
export type RidgePermutations = (subjects: readonly SubjectData[], fold: string) => number

/**
 * Whether the scores of a pipeline can be had in this way.
 *
 * @param context - Its settings.
 * @param subjects - Its subjects.
 * @returns True for protocol strict, one subject held out, calibration runs that do not rotate, shared voxels out of at most 4096 without
 *   alignment, single volumes, and the ridge as the only model.
 * @throws Never.
 */
export function isRidgeOnly(
  { pipeline }: Pick<ProtocolContext, 'pipeline'>,
  subjects: readonly SubjectData[],
): boolean {
  const { protocol, data, clean, select, align, classify, evaluate } = pipeline
  return (
    protocol === 'strict' &&
    // Settings that each fold chooses on inner subjects depend on the labels in ways that are not summed here.
    pipeline.choose === undefined &&
    data.calibration.kind !== 'rotate' &&
    clean.wholeRun === 'none' &&
    select.mode === 'shared' &&
    align.method === 'none' &&
    [classify.model, ...classify.baselines].every((name) => name === 'ridge') &&
    evaluate.split === 'leave-one-subject-out' &&
    evaluate.unit === 'volume' &&
    !evaluate.oversample &&
    listCandidates(subjects).all.length <= maxCandidates
  )
}

/**
 * Does what the permutations of a ridge pipeline have in common: scaling, features and their inner products.
 *
 * @param context - Settings and services of a pipeline for which `isRidgeOnly` holds.
 * @param subjects - All subjects.
 * @returns What scores a fold. It gives the score of the whole pipeline: the same voxels by the same F, and the ridge fitted on the same
 *   volumes up to rounding. The temperature is left out, since dividing all logits by one number changes no decision.
 * @throws {LimbicError} As the stages; the scores throw `SELECT_K_TOO_LARGE`, `TRAIN_TOO_FEW_CLASSES` and `TRAIN_SINGULAR`.
 * @remarks Once O(nSamples V^2) for V candidate voxels; then O(nVolumes V) per permutation and O(nVolumes of a subject k^2 + k^3) per fold.
 * @see createHeldOutRidge
 */
export async function openRidgePermutations(
  context: ProtocolContext,
  subjects: readonly SubjectData[],
): Promise<RidgePermutations> {
  const { pipeline, classes } = context
  const { all: voxels, without } = listCandidates(subjects)
  const position = new Map(Array.from(voxels, (voxel, i) => [voxel, i]))
  const candidates = subjects.map((_, held) => {
    const grid = without(held)
    return { grid, columns: grid.map((voxel) => position.get(voxel)!) }
  })
  const series = new Map<string, Matrix32>()
  for (const run of subjects.flatMap(({ training }) => training.labelled)) {
    const raw = await run.readSeries(voxels)
    const isRunning = pipeline.clean.baseline === 'running'
    series.set(run.key, isRunning ? centreOnRunningMean(raw) : raw)
  }
  const { ridge, scored } = await prepareRidge(context, subjects, voxels)
  const rankOf = (subject: SubjectData): Float64Array => {
    const anova = createAnova(voxels.length, classes.length)
    for (const run of subject.training.labelled) addRun(anova, run, series.get(run.key)!)
    return anova.finish().f
  }
  let known: PermutedLabels | undefined
  return (permuted, fold) => {
    if (known?.subjects !== permuted)
      known = {
        subjects: permuted,
        labels: Int32Array.from(
          permuted.flatMap(({ training }) =>
            training.labelled.flatMap((run) => [...sampleLabels(run, 'volume')]),
          ),
        ),
        f: permuted.map(rankOf),
      }
    const held = permuted.findIndex(({ subject }) => subject === fold)
    const { grid, columns } = candidates[held]!
    const { voxels: selected } = fitSharedSelection(
      known.f.filter((_, s) => s !== held).map((f) => Float64Array.from(columns, (v) => f[v]!)),
      grid,
      pipeline.select.k,
      [],
    )
    const { labels } = known
    const wanted = selected.map((voxel) => position.get(voxel)!)
    const logits = ridge.score(held, wanted, labels, classes.length)
    const rows = ridge.rows[held]!
    const isScored = [...rows.keys()].filter((i) => scored[rows[i]!] === 1)
    const truth = Int32Array.from(isScored, (i) => labels[rows[i]!]!)
    return scoreLogits(takeRows(logits, isScored), truth, 1).balancedAccuracy
  }
}

interface PermutedLabels {
  readonly subjects: readonly SubjectData[]
  /** Class per training sample, subject by subject. */
  readonly labels: Int32Array
  /** F per voxel, one array per subject. */
  readonly f: readonly Float64Array[]
}

/** Every labelled volume trains when its subject is not held out; of a held-out subject only those of evaluation runs are scored. */
async function prepareRidge(
  context: ProtocolContext,
  subjects: readonly SubjectData[],
  voxels: Int32Array,
): Promise<{ ridge: HeldOutRidge; scored: Uint8Array }> {
  const samples = []
  const groups: number[] = []
  const scored: number[] = []
  const selection = { kind: 'selection', mode: 'shared', voxels, f: new Float64Array(0) } as const
  for (const [group, subject] of subjects.entries()) {
    const calibration = await calibrateTrainingSubject(
      context,
      subject,
      'calibrated',
      { ...selection, fittedOn: [] },
      null,
    )
    const evaluation = new Set(subject.rotations.flatMap((rotation) => rotation.evaluation))
    for (const run of subject.training.labelled) {
      const own = await subjectSamples(context, calibration, [run])
      samples.push(own)
      own.labels.forEach(() => {
        groups.push(group)
        scored.push(evaluation.has(run) ? 1 : 0)
      })
    }
  }
  const { features } = stackSamples(samples)
  const { alpha } = ridgeOptionsSchema.parse(context.pipeline.classify.options)
  return {
    ridge: createHeldOutRidge(features, groups, alpha),
    scored: Uint8Array.from(scored),
  }
}

function addRun(
  anova: ReturnType<typeof createAnova>,
  { labels }: RunData,
  { data, nCols }: Matrix32,
): void {
  labels.forEach((label, t) => {
    if (label >= 0) anova.add(data.subarray(t * nCols, (t + 1) * nCols), label)
  })
}

/** What folds may select from: per fold, the voxels inside the masks of all other subjects; and all of these together, ascending. */
interface Candidates {
  readonly all: Int32Array
  readonly without: (held: number) => Int32Array
}

function listCandidates(subjects: readonly SubjectData[]): Candidates {
  const own = subjects.map(({ runs }) => new Set(commonVoxels(runs)))
  const nHolding = new Map<number, number>()
  for (const voxels of own)
    for (const voxel of voxels) nHolding.set(voxel, (nHolding.get(voxel) ?? 0) + 1)
  const all = Int32Array.from(
    [...nHolding].filter(([, n]) => n >= own.length - 1).map(([voxel]) => voxel),
  ).sort()
  return {
    all,
    without: (held) =>
      all.filter(
        (voxel) => nHolding.get(voxel)! - (own[held]!.has(voxel) ? 1 : 0) === own.length - 1,
      ),
  }
}

function takeRows({ data, nCols }: Matrix64, rows: readonly number[]): Matrix64 {
  const taken = new Float64Array(rows.length * nCols)
  rows.forEach((row, i) => taken.set(data.subarray(row * nCols, (row + 1) * nCols), i * nCols))
  return { data: taken, nRows: rows.length, nCols }
}
