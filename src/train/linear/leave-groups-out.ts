/** Labelled samples of several groups `[nSamples x nFeatures]` -> predictions for each group by a linear model fitted on all others. */
import type { Matrix, Matrix64 } from '../../core/types.ts'
import { gemm } from '../../math/gemm/index.ts'
import {
  selectLeavingGroupsOut,
  type FoldSelection,
  type GroupedSamples,
} from './fold-selection.ts'
import { createGramSolver } from './gram-solve.ts'
import { scoreLinear, type LinearWeights } from './linear-state.ts'
import { fitRidgeWeights, ridgeBias, ridgeRightHandSide } from './ridge.ts'

/** One fold: the group that was left out, and scores of its samples. */
export interface GroupFold {
  readonly group: number
  /** Rows of the group, ascending. */
  readonly rows: Int32Array
  /** Features that the other groups selected, ascending. */
  readonly selected: Int32Array
  /** `[rows x nClasses]`. */
  readonly scores: Matrix64
}

/** Fits a linear model on the training samples of a fold. */
export type FitLinear = (features: Matrix64, labels: Int32Array, nClasses: number) => LinearWeights

/**
 * Leaves each group out in turn: selects k features on the others, fits a model on them, scores the group.
 *
 * @param samples - Samples of at least two groups.
 * @param k - Features to keep in each fold.
 * @param fit - The model.
 * @returns One fold per group, in the order in which groups first occur.
 * @throws {LimbicError} As `selectLeavingGroupsOut`, and whatever `fit` throws.
 * @remarks Only for features that are the same in every fold: aligned features differ from fold to fold.
 */
export function leaveGroupsOut(samples: GroupedSamples, k: number, fit: FitLinear): GroupFold[] {
  return selectLeavingGroupsOut(samples, k).map((fold) =>
    scoreFold(samples, fold, fitFold(samples, fold, fit)),
  )
}

/**
 * Leaves each group out in turn with the ridge classifier, without fitting each fold from its samples.
 *
 * @param samples - Samples of at least two groups.
 * @param k - Features to keep in each fold.
 * @param alpha - Penalty of `fitRidgeWeights`, above 0.
 * @returns One fold per group, in the order in which groups first occur.
 * @throws {LimbicError} As `selectLeavingGroupsOut`; `TRAIN_SINGULAR` when the features hold values that are not finite.
 * @remarks Exactly the ridge of every fold, up to rounding. A fold's Gram matrix is a sum over its training groups, and the sums of
 *   different folds share their parts: groups are halved again and again, and whatever one half adds is added once for all
 *   folds of the other. O(log2(nGroups) nSamples u^2 + nGroups k^3), u being the number of features that any fold selects,
 *   instead of O(nGroups nSamples k^2). Nothing of a group enters its own fold. Where folds agree so little that u > 2 k, each is fitted by itself.
 */
export function leaveGroupsOutRidge(
  samples: GroupedSamples,
  k: number,
  alpha: number,
): GroupFold[] {
  const folds = selectLeavingGroupsOut(samples, k)
  const union = unionOf(folds)
  if (union.length > 2 * k) {
    return folds.map((fold) =>
      scoreFold(
        samples,
        fold,
        fitFold(samples, fold, (features, labels, nClasses) =>
          fitRidgeWeights(features, labels, nClasses, alpha),
        ),
      ),
    )
  }
  const scored: GroupFold[] = []
  const parts = folds.map(({ testRows }) => gather(samples.features, testRows, union))
  visitLeaveOneOutGrams(parts, (held, gram) => {
    const fold = folds[held]!
    scored.push(scoreFold(samples, fold, solveFold(fold, gram, union, alpha)))
  })
  return scored
}

/** Calls `visit` with the sum of X'X over all parts but one, for each part in order. */
function visitLeaveOneOutGrams(
  parts: readonly Matrix64[],
  visit: (held: number, gram: Float64Array) => void,
): void {
  const order = parts[0]!.nCols
  const descend = (from: number, to: number, gram: Float64Array): void => {
    if (to - from === 1) {
      visit(from, gram)
      return
    }
    const middle = (from + to) >> 1
    descend(from, middle, withParts(gram, middle, to))
    descend(middle, to, withParts(gram, from, middle))
  }
  const withParts = (gram: Float64Array, from: number, to: number): Float64Array => {
    const sum = gram.slice()
    for (const { data, nRows } of parts.slice(from, to))
      gemm(order, order, nRows, data, data, sum, { transA: true, accumulate: true })
    return sum
  }
  descend(0, parts.length, new Float64Array(order * order))
}

/** The ridge of one fold from X'X over the union of features, and class means. */
function solveFold(
  { selected, counts, means }: FoldSelection,
  gram: Float64Array,
  union: Int32Array,
  alpha: number,
): LinearWeights {
  const k = selected.length
  const nClasses = counts.length
  const nFeatures = means.length / nClasses
  const nSamples = counts.reduce((sum, count) => sum + count, 0)
  const classMeans = new Float64Array(nClasses * k)
  const mean = new Float64Array(k)
  for (let c = 0; c < nClasses; c++)
    for (let j = 0; j < k; j++) {
      const value = means[c * nFeatures + selected[j]!]!
      classMeans[c * k + j] = value
      mean[j]! += (counts[c]! / nSamples) * value
    }
  const at = positionsIn(union, selected)
  const centred = new Float64Array(k * k)
  for (let i = 0; i < k; i++) {
    const row = at[i]! * union.length
    for (let j = 0; j <= i; j++)
      centred[i * k + j] = gram[row + at[j]!]! - nSamples * mean[i]! * mean[j]!
  }
  const right = ridgeRightHandSide({ data: classMeans, nRows: nClasses, nCols: k }, counts, mean)
  const weights = createGramSolver(centred, k, alpha, 1)(right, nClasses)
  return { weights, bias: ridgeBias(weights, mean, counts) }
}

function fitFold(samples: GroupedSamples, fold: FoldSelection, fit: FitLinear): LinearWeights {
  const { features, labels, nClasses } = samples
  const isHeld = new Uint8Array(features.nRows)
  for (const row of fold.testRows) isHeld[row] = 1
  const rows = Int32Array.from(isHeld.keys()).filter((row) => isHeld[row] === 0)
  const trainingLabels = rows.map((row) => labels[row]!)
  return fit(gather(features, rows, fold.selected), trainingLabels, nClasses)
}

function scoreFold(samples: GroupedSamples, fold: FoldSelection, fitted: LinearWeights): GroupFold {
  const { group, testRows, selected } = fold
  const state = { ...fitted, nClasses: samples.nClasses, nFeatures: selected.length }
  const scores = scoreLinear(state, gather(samples.features, testRows, selected))
  return { group, rows: testRows, selected, scores }
}

/** Rows and columns of a matrix, in float64. */
function gather({ data, nCols }: Matrix, rows: Int32Array, columns: Int32Array): Matrix64 {
  const width = columns.length
  const taken = new Float64Array(rows.length * width)
  for (let i = 0, at = 0; i < rows.length; i++) {
    const row = rows[i]! * nCols
    for (let j = 0; j < width; j++, at++) taken[at] = data[row + columns[j]!]!
  }
  return { data: taken, nRows: rows.length, nCols: width }
}

function unionOf(folds: readonly FoldSelection[]): Int32Array {
  const all = new Set<number>()
  for (const { selected } of folds) for (const feature of selected) all.add(feature)
  return Int32Array.from(all).sort()
}

/** Place of each of some ascending values in an ascending array that holds them all. */
function positionsIn(all: Int32Array, some: Int32Array): Int32Array {
  let at = 0
  return some.map((value) => {
    while (all[at]! < value) at++
    return at
  })
}
