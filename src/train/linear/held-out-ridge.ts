/** Samples of several groups `[nSamples x nFeatures]` -> scores of each group by a ridge fitted on the others, for any labels and any choice of features. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix, Matrix64 } from '../../core/types.ts'
import { gemm } from '../../math/gemm/index.ts'
import { createGramSolver } from './gram-solve.ts'
import { ridgeBias, ridgeRightHandSide } from './ridge.ts'

/** A ridge that leaves one group out, the part of its work that does not depend on labels already done. */
export interface HeldOutRidge {
  /** The groups, in the order in which they first occur. */
  readonly groups: readonly number[]
  /** Rows of each group, ascending. */
  readonly rows: readonly Int32Array[]
  /**
   * Scores the rows of a group by the ridge fitted on all other groups.
   *
   * `group`: position in `groups`. `selected`: features to use, ascending. `labels`: class per sample, `0..nClasses-1`.
   * Gives `[rows of the group x nClasses]`.
   */
  score(group: number, selected: Int32Array, labels: ArrayLike<number>, nClasses: number): Matrix64
}

/**
 * Prepares a ridge that leaves groups out, for many label vectors.
 *
 * @param features - `[nSamples x nFeatures]`; copied in float64.
 * @param groups - Group per sample: any whole numbers, of at least two groups.
 * @param alpha - Penalty of `fitRidgeWeights`, above 0.
 * @returns The ridge; equal to `fitRidgeWeights` on the other groups up to rounding. Its `score` throws `TRAIN_TOO_FEW_CLASSES`, and
 *   `TRAIN_SINGULAR` when features hold values that are not finite.
 * @throws {LimbicError} `SHAPE_MISMATCH` when groups do not fit the samples.
 * @remarks X'X of all samples is summed once, O(nSamples nFeatures^2). A fold takes the selected part of it and subtracts its own group's:
 *   O(nGroup k^2 + k^3) for k selected features, whatever the number of training samples. Class sums of every group are kept until other
 *   labels come. Memory nFeatures^2 + nSamples nFeatures float64.
 */
export function createHeldOutRidge(
  features: Matrix,
  groups: ArrayLike<number>,
  alpha: number,
): HeldOutRidge {
  const { nRows, nCols } = features
  if (groups.length !== nRows)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'samples and groups',
      expected: `${nRows} groups`,
      found: `${groups.length}`,
    })
  // Around the mean of all samples, so that large offsets cost no accuracy when parts are subtracted; a ridge with intercept does not see it.
  const x = centreColumns(features)
  const gram = new Float64Array(nCols * nCols)
  gemm(nCols, nCols, nRows, x, x, gram, { transA: true })
  const members = listMembers(groups)
  let known: { labels: ArrayLike<number>; sums: readonly ClassSums[] } | undefined
  const sumsOf = (labels: ArrayLike<number>, nClasses: number): readonly ClassSums[] => {
    if (known?.labels !== labels || known.sums[0]!.counts.length !== nClasses)
      known = {
        labels,
        sums: members.map(({ rows }) => sumClasses(x, nCols, rows, labels, nClasses)),
      }
    return known.sums
  }
  return {
    groups: members.map(({ group }) => group),
    rows: members.map(({ rows }) => rows),
    score(held, selected, labels, nClasses) {
      const k = selected.length
      const own = gatherRows(x, nCols, members[held]!.rows, selected)
      const fold = trainingMeans(sumsOf(labels, nClasses), held, selected, nCols, nClasses)
      const centred = trainingGram(gram, nCols, selected, own)
      for (let i = 0; i < k; i++)
        for (let j = 0; j <= i; j++)
          centred[i * k + j]! -= fold.nSamples * fold.mean[i]! * fold.mean[j]!
      const right = ridgeRightHandSide(fold.means, fold.counts, fold.mean)
      const weights = createGramSolver(centred, k, alpha, 1)(right, nClasses)
      return applyWeights(own, weights, ridgeBias(weights, fold.mean, fold.counts))
    },
  }
}

interface ClassSums {
  readonly counts: Int32Array
  /** `[nClasses x nFeatures]`. */
  readonly sums: Float64Array
}

interface TrainingMeans {
  readonly nSamples: number
  readonly counts: Int32Array
  readonly mean: Float64Array
  /** `[nClasses x k]`. */
  readonly means: Matrix64
}

function centreColumns({ data, nRows, nCols }: Matrix): Float64Array {
  const mean = new Float64Array(nCols)
  for (let i = 0; i < nRows; i++)
    for (let j = 0; j < nCols; j++) mean[j]! += data[i * nCols + j]! / nRows
  const centred = new Float64Array(nRows * nCols)
  for (let i = 0, at = 0; i < nRows; i++)
    for (let j = 0; j < nCols; j++, at++) centred[at] = data[at]! - mean[j]!
  return centred
}

function listMembers(groups: ArrayLike<number>): { group: number; rows: Int32Array }[] {
  const rowsOf = new Map<number, number[]>()
  for (let i = 0; i < groups.length; i++) {
    const rows = rowsOf.get(groups[i]!)
    if (rows === undefined) rowsOf.set(groups[i]!, [i])
    else rows.push(i)
  }
  return Array.from(rowsOf, ([group, rows]) => ({ group, rows: Int32Array.from(rows) }))
}

function sumClasses(
  x: Float64Array,
  nCols: number,
  rows: Int32Array,
  labels: ArrayLike<number>,
  nClasses: number,
): ClassSums {
  const counts = new Int32Array(nClasses)
  const sums = new Float64Array(nClasses * nCols)
  for (const row of rows) {
    const label = labels[row]!
    counts[label]! += 1
    const from = row * nCols
    const to = label * nCols
    for (let j = 0; j < nCols; j++) sums[to + j]! += x[from + j]!
  }
  return { counts, sums }
}

/** Means of the selected features over all groups but one, added up over the others: nothing of the group itself enters. */
function trainingMeans(
  all: readonly ClassSums[],
  held: number,
  selected: Int32Array,
  nCols: number,
  nClasses: number,
): TrainingMeans {
  const k = selected.length
  const counts = new Int32Array(nClasses)
  const means = new Float64Array(nClasses * k)
  const mean = new Float64Array(k)
  all.forEach(({ counts: own, sums }, group) => {
    if (group === held) return
    for (let c = 0; c < nClasses; c++) {
      counts[c]! += own[c]!
      for (let j = 0; j < k; j++) means[c * k + j]! += sums[c * nCols + selected[j]!]!
    }
  })
  const nSamples = counts.reduce((sum, count) => sum + count, 0)
  const nPresent = counts.filter((count) => count > 0).length
  if (nPresent < 2) throw new LimbicError('TRAIN_TOO_FEW_CLASSES', { nPresent, nClasses })
  for (let c = 0; c < nClasses; c++)
    for (let j = 0; j < k; j++) {
      mean[j]! += means[c * k + j]! / nSamples
      if (counts[c]! > 0) means[c * k + j]! /= counts[c]!
    }
  return { nSamples, counts, mean, means: { data: means, nRows: nClasses, nCols: k } }
}

/** X'X of all samples less that of the group's own; lower triangle. */
function trainingGram(
  gram: Float64Array,
  nCols: number,
  selected: Int32Array,
  own: Matrix64,
): Float64Array {
  const k = selected.length
  const taken = new Float64Array(k * k)
  gemm(k, k, own.nRows, own.data, own.data, taken, { transA: true })
  for (let i = 0; i < k; i++) {
    const row = selected[i]! * nCols
    for (let j = 0; j <= i; j++) taken[i * k + j] = gram[row + selected[j]!]! - taken[i * k + j]!
  }
  return taken
}

function gatherRows(
  x: Float64Array,
  nCols: number,
  rows: Int32Array,
  selected: Int32Array,
): Matrix64 {
  const k = selected.length
  const data = new Float64Array(rows.length * k)
  rows.forEach((row, i) => {
    for (let j = 0; j < k; j++) data[i * k + j] = x[row * nCols + selected[j]!]!
  })
  return { data, nRows: rows.length, nCols: k }
}

function applyWeights(own: Matrix64, weights: Float64Array, bias: Float64Array): Matrix64 {
  const nClasses = bias.length
  const scores = new Float64Array(own.nRows * nClasses)
  gemm(own.nRows, nClasses, own.nCols, own.data, weights, scores)
  for (let i = 0; i < scores.length; i++) scores[i]! += bias[i % nClasses]!
  return { data: scores, nRows: own.nRows, nCols: nClasses }
}
