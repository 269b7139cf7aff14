/** Labelled samples -> one-way ANOVA F per voxel. Samples are row-major `[nSamples x nVoxels]`; volumes may also be added one at a time. */
import { LimbicError } from '../core/errors/index.ts'
import type { FloatArray, Matrix } from '../core/types.ts'
import { fUpperTail } from '../math/distributions.ts'

/** F and p per voxel. A voxel without any variance, or with a NaN, has F = NaN and p = NaN; one without variance inside classes has F = Infinity. */
export interface Anova {
  readonly f: Float64Array
  /** Worked out when first asked for: selection needs F alone. */
  readonly p: Float64Array
  readonly dfBetween: number
  readonly dfWithin: number
}

/** An analysis of variance that takes volumes one at a time and keeps one mean per class and voxel. */
export interface AnovaAccumulator {
  /** Adds one volume, length `nVoxels`; volumes with a negative label are left out. */
  add(volume: FloatArray, label: number): void
  /** The result so far; more volumes may follow. */
  finish(): Anova
}

/** Columns worked on together, so that means of a few classes and sums of squares stay in the second-level cache. */
const blockColumns = 8192

/**
 * One-way ANOVA F per voxel, for ranking voxels by how well they separate emotions.
 *
 * @param features - `[nSamples x nVoxels]`.
 * @param labels - Class index per sample, `0..nClasses-1`; samples with a negative label are left out.
 * @param nClasses - Number of classes; classes without samples do not count.
 * @returns F and p per voxel, and the degrees of freedom.
 * @throws {LimbicError} `SELECT_TOO_FEW_CLASSES` when fewer than two classes have samples; `SHAPE_MISMATCH`; `VALUE_INVALID`
 *   for a label that is not below `nClasses`.
 * @remarks O(nSamples nVoxels) time, O(nClasses) extra memory per voxel. One pass in float64; four samples at a time are merged into the
 *   class means and squares (Chan, Golub and LeVeque 1979), so large offsets cost no accuracy. F as in Heiman (2002), Research Methods in
 *   Statistics, pp. 394-397.
 * @example
 * const first = anova({ data: Float64Array.of(1, 3, 11, 13), nRows: 4, nCols: 1 }, Int32Array.of(0, 0, 1, 1), 2).f[0] // first = 50
 */
export function anova(features: Matrix, labels: Int32Array, nClasses: number): Anova {
  const { nRows, nCols } = features
  if (labels.length !== nRows)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'samples and labels',
      expected: `${nRows} labels`,
      found: `${labels.length}`,
    })
  const moments = createMoments(nCols, nClasses)
  const rowsOfClass = groupRows(labels, nClasses)
  for (let from = 0; from < nCols; from += blockColumns)
    rowsOfClass.forEach((rows, label) => {
      addRows(moments, features, rows, from, Math.min(nCols, from + blockColumns), label)
    })
  rowsOfClass.forEach((rows, label) => {
    moments.counts[label] = rows.length
  })
  return summarise(moments)
}

/** Rows of each class, in order; a row without a label belongs to none. */
function groupRows(labels: Int32Array, nClasses: number): readonly number[][] {
  const rows = Array.from({ length: nClasses }, (): number[] => [])
  labels.forEach((label, row) => {
    if (label < 0) return
    assertLabel(label, nClasses)
    rows[label]!.push(row)
  })
  return rows
}

/** Four rows of one class at a time: their own mean and sum of squares stay in registers and are merged into the running ones once. */
function addRows(
  { means, within }: Moments,
  { data, nCols }: Matrix,
  rows: readonly number[],
  from: number,
  to: number,
  label: number,
): void {
  const mean = means[label]!
  let n = 0
  for (; n + 4 <= rows.length; n += 4) {
    const four = [rows[n]!, rows[n + 1]!, rows[n + 2]!, rows[n + 3]!] as const
    const starts = four.map((row) => row * nCols)
    if (data instanceof Float32Array) mergeFour32(data, starts, mean, within, from, to, n)
    else mergeFour64(data, starts, mean, within, from, to, n)
  }
  for (; n < rows.length; n++) {
    const start = rows[n]! * nCols
    if (data instanceof Float32Array) update32(data, start, mean, within, from, to, 1 / (n + 1))
    else update64(data, start, mean, within, from, to, 1 / (n + 1))
  }
}

/**
 * Starts an analysis of variance to which volumes are added one at a time.
 *
 * @param nVoxels - Voxels per volume.
 * @param nClasses - Number of classes.
 * @returns The accumulator; its `finish` throws `SELECT_TOO_FEW_CLASSES` like `anova`, its `add` throws `SHAPE_MISMATCH` and `VALUE_INVALID`.
 * @throws Never.
 * @remarks (nClasses + 1) float64 per voxel, however many volumes are added.
 */
export function createAnova(nVoxels: number, nClasses: number): AnovaAccumulator {
  const moments = createMoments(nVoxels, nClasses)
  return {
    add(volume, label) {
      if (volume.length !== nVoxels)
        throw new LimbicError('SHAPE_MISMATCH', {
          what: 'a volume and the analysis of variance it is added to',
          expected: `${nVoxels} voxels`,
          found: `${volume.length}`,
        })
      const weight = countSample(moments, label)
      if (weight === 0) return
      const { within } = moments
      const mean = moments.means[label]!
      // One loop per element type: a loop that meets both is compiled for neither.
      if (volume instanceof Float32Array) update32(volume, 0, mean, within, 0, nVoxels, weight)
      else update64(volume, 0, mean, within, 0, nVoxels, weight)
    },
    finish: () => summarise(moments),
  }
}

interface Moments {
  readonly nVoxels: number
  readonly counts: Int32Array
  /** One mean per voxel for each class. */
  readonly means: readonly Float64Array[]
  /** Sum of squares inside classes, pooled over classes. */
  readonly within: Float64Array
}

function createMoments(nVoxels: number, nClasses: number): Moments {
  return {
    nVoxels,
    counts: new Int32Array(nClasses),
    means: Array.from({ length: nClasses }, () => new Float64Array(nVoxels)),
    within: new Float64Array(nVoxels),
  }
}

/** Counts a sample and returns its weight in the mean of its class; 0 for a sample without a label. */
function countSample({ counts }: Moments, label: number): number {
  if (label < 0) return 0
  assertLabel(label, counts.length)
  return 1 / ++counts[label]!
}

function assertLabel(label: number, nClasses: number): void {
  if (label < nClasses) return
  throw new LimbicError('VALUE_INVALID', {
    what: 'a class label',
    expected: `a whole number below the number of classes, ${nClasses}`,
    found: `${label}`,
  })
}

function mergeFour32(
  data: Float32Array,
  [a0, b0, c0, d0]: readonly number[],
  mean: Float64Array,
  within: Float64Array,
  from: number,
  to: number,
  n: number,
): void {
  const weight = 4 / (n + 4)
  for (let v = from; v < to; v++) {
    const a = data[a0! + v]!
    const b = data[b0! + v]!
    const c = data[c0! + v]!
    const d = data[d0! + v]!
    const middle = (a + b + c + d) * 0.25
    const delta = middle - mean[v]!
    mean[v] = mean[v]! + delta * weight
    within[v] =
      within[v]! +
      ((a - middle) * (a - middle) +
        (b - middle) * (b - middle) +
        (c - middle) * (c - middle) +
        (d - middle) * (d - middle) +
        delta * delta * (n * weight))
  }
}

function mergeFour64(
  data: Float64Array,
  [a0, b0, c0, d0]: readonly number[],
  mean: Float64Array,
  within: Float64Array,
  from: number,
  to: number,
  n: number,
): void {
  const weight = 4 / (n + 4)
  for (let v = from; v < to; v++) {
    const a = data[a0! + v]!
    const b = data[b0! + v]!
    const c = data[c0! + v]!
    const d = data[d0! + v]!
    const middle = (a + b + c + d) * 0.25
    const delta = middle - mean[v]!
    mean[v] = mean[v]! + delta * weight
    within[v] =
      within[v]! +
      ((a - middle) * (a - middle) +
        (b - middle) * (b - middle) +
        (c - middle) * (c - middle) +
        (d - middle) * (d - middle) +
        delta * delta * (n * weight))
  }
}

function update32(
  data: Float32Array,
  offset: number,
  mean: Float64Array,
  within: Float64Array,
  from: number,
  to: number,
  weight: number,
): void {
  for (let v = from; v < to; v++) {
    const value = data[offset + v]!
    const delta = value - mean[v]!
    const moved = mean[v]! + delta * weight
    mean[v] = moved
    within[v] = within[v]! + delta * (value - moved)
  }
}

function update64(
  data: Float64Array,
  offset: number,
  mean: Float64Array,
  within: Float64Array,
  from: number,
  to: number,
  weight: number,
): void {
  for (let v = from; v < to; v++) {
    const value = data[offset + v]!
    const delta = value - mean[v]!
    const moved = mean[v]! + delta * weight
    mean[v] = moved
    within[v] = within[v]! + delta * (value - moved)
  }
}

function summarise({ nVoxels, counts, means, within }: Moments): Anova {
  const present = Array.from(counts.keys()).filter((c) => counts[c]! > 0)
  if (present.length < 2)
    throw new LimbicError('SELECT_TOO_FEW_CLASSES', {
      nPresent: present.length,
      counts: Array.from(counts),
    })
  const nSamples = counts.reduce((sum, n) => sum + n, 0)
  const dfBetween = present.length - 1
  const dfWithin = nSamples - present.length
  const reference = means[present[0]!]!
  const f = new Float64Array(nVoxels)
  for (let v = 0; v < nVoxels; v++) {
    // Distances from the first class's mean, not from zero: equal means give exactly zero, whatever their size.
    let shift = 0
    for (const c of present) shift += counts[c]! * (means[c]![v]! - reference[v]!)
    shift /= nSamples
    let between = 0
    for (const c of present) between += counts[c]! * (means[c]![v]! - reference[v]! - shift) ** 2
    f[v] = between / dfBetween / (within[v]! / dfWithin)
  }
  let p: Float64Array | undefined
  return {
    f,
    dfBetween,
    dfWithin,
    get p() {
      return (p ??= f.map((value) => fUpperTail(value, dfBetween, dfWithin)))
    },
  }
}
