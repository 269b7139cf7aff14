/** Labelled samples of several groups `[nSamples x nFeatures]` -> for every group, the features that separate the classes best in all other groups. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix } from '../../core/types.ts'
import { topK } from '../../select/top-k.ts'

/** Labelled samples in one feature space, in groups (subjects, as a rule) that are left out in turn. */
export interface GroupedSamples {
  /** `[nSamples x nFeatures]`. */
  readonly features: Matrix
  /** Class index per sample, `0..nClasses-1`. */
  readonly labels: ArrayLike<number>
  /** Group per sample: any whole numbers. */
  readonly groups: ArrayLike<number>
  readonly nClasses: number
}

/** What the other groups say when one is left out. */
export interface FoldSelection {
  readonly group: number
  /** Rows of the group that is left out, ascending; all other rows train. */
  readonly testRows: Int32Array
  /** Indices of the k best features, ascending. */
  readonly selected: Int32Array
  /** Training samples per class. */
  readonly counts: Int32Array
  /** Training mean of every class, `[nClasses x nFeatures]`. */
  readonly means: Float64Array
}

/** Moments of one group, or of several merged: per class counts and means, and per feature the sum of squares inside classes. */
interface Moments {
  readonly counts: Int32Array
  readonly means: Float64Array
  readonly within: Float64Array
}

/**
 * Selects features for every fold in which one group is left out.
 *
 * @param samples - Samples of at least two groups.
 * @param k - Features to keep.
 * @returns One selection per group, in the order in which groups first occur. Nothing of the group itself enters its selection.
 * @throws {LimbicError} `SHAPE_MISMATCH` when labels or groups do not fit the samples; `TRAIN_TOO_FEW_CLASSES` when the other groups
 *   of a fold hold fewer than two classes; `SELECT_K_TOO_LARGE` or `VALUE_INVALID` for an unusable k.
 * @remarks The samples are read once: each group keeps its moments, and a fold merges those of the other groups, so that
 *   nGroups folds cost O(nSamples nFeatures + nGroups^2 nClasses nFeatures). Equal to an analysis of variance of each fold's samples up to rounding.
 * @see Chan, Golub and LeVeque (1983), Algorithms for computing the sample variance, The American Statistician 37, for the merging.
 */
export function selectLeavingGroupsOut(samples: GroupedSamples, k: number): FoldSelection[] {
  const { features, labels, groups, nClasses } = samples
  if (labels.length !== features.nRows || groups.length !== features.nRows) {
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'samples, labels and groups',
      expected: `${features.nRows} labels and groups`,
      found: `${labels.length} labels and ${groups.length} groups`,
    })
  }
  const rowsOf = new Map<number, number[]>()
  for (let i = 0; i < groups.length; i++) {
    const rows = rowsOf.get(groups[i]!)
    if (rows === undefined) rowsOf.set(groups[i]!, [i])
    else rows.push(i)
  }
  const members = [...rowsOf]
  const moments = members.map(([, rows]) => groupMoments(features, labels, nClasses, rows))
  return members.map(([group, rows], held) => {
    const training = emptyMoments(nClasses, features.nCols)
    moments.forEach((part, g) => {
      if (g !== held) merge(training, part)
    })
    const nPresent = training.counts.reduce((n, count) => n + (count > 0 ? 1 : 0), 0)
    if (nPresent < 2) throw new LimbicError('TRAIN_TOO_FEW_CLASSES', { nPresent, nClasses })
    return {
      group,
      testRows: Int32Array.from(rows),
      selected: topK(fStatistics(training), k),
      counts: training.counts,
      means: training.means,
    }
  })
}

function emptyMoments(nClasses: number, nFeatures: number): Moments {
  return {
    counts: new Int32Array(nClasses),
    means: new Float64Array(nClasses * nFeatures),
    within: new Float64Array(nFeatures),
  }
}

/** Welford's update, sample by sample. */
function groupMoments(
  { data, nCols }: Matrix,
  labels: ArrayLike<number>,
  nClasses: number,
  rows: readonly number[],
): Moments {
  const moments = emptyMoments(nClasses, nCols)
  const { counts, means, within } = moments
  for (const row of rows) {
    const label = labels[row]!
    if (!(label >= 0 && label < nClasses)) {
      throw new LimbicError('VALUE_INVALID', {
        what: `the label of sample ${row}`,
        expected: `a class index from 0 to ${nClasses - 1}`,
        found: String(label),
      })
    }
    const weight = 1 / ++counts[label]!
    const mean = means.subarray(label * nCols, (label + 1) * nCols)
    const sample = data.subarray(row * nCols, (row + 1) * nCols)
    for (let j = 0; j < nCols; j++) {
      const delta = sample[j]! - mean[j]!
      const moved = mean[j]! + delta * weight
      mean[j] = moved
      within[j]! += delta * (sample[j]! - moved)
    }
  }
  return moments
}

function merge(into: Moments, part: Moments): void {
  const nFeatures = into.within.length
  for (let j = 0; j < nFeatures; j++) into.within[j]! += part.within[j]!
  for (let c = 0; c < into.counts.length; c++) {
    const [a, b] = [into.counts[c]!, part.counts[c]!]
    if (b === 0) continue
    const share = b / (a + b)
    for (let j = 0, at = c * nFeatures; j < nFeatures; j++, at++) {
      const delta = part.means[at]! - into.means[at]!
      into.means[at]! += delta * share
      into.within[j]! += delta * delta * a * share
    }
    into.counts[c]! += b
  }
}

/** Between classes over within classes; NaN for a feature that does not vary. */
function fStatistics({ counts, means, within }: Moments): Float64Array {
  const nFeatures = within.length
  const present = [...counts.keys()].filter((c) => counts[c]! > 0)
  const nSamples = counts.reduce((sum, count) => sum + count, 0)
  const scale = (nSamples - present.length) / (present.length - 1)
  return within.map((inside, j) => {
    // Distances from the first class's mean, not from zero: equal means give exactly zero, whatever their size.
    const distance = (c: number): number =>
      means[c * nFeatures + j]! - means[present[0]! * nFeatures + j]!
    let shift = 0
    for (const c of present) shift += (counts[c]! / nSamples) * distance(c)
    let between = 0
    for (const c of present) between += counts[c]! * (distance(c) - shift) ** 2
    return (scale * between) / inside
  })
}
