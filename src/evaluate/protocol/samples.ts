/** Runs of a subject -> labelled samples in the decoder's feature space: one per volume, or one per block. */
import type { EvaluateStep } from '../../core/schemas/pipeline.ts'
import type { Matrix, Matrix64, RunKey } from '../../core/types.ts'
import { stackRows } from './rows.ts'
import type { RunData } from './subject-data.ts'

/** Features of some samples with their classes. */
export interface LabelledFeatures {
  readonly features: Matrix64
  readonly labels: Int32Array
  readonly runs: readonly RunKey[]
  /** Position of each sample in its run, `[nSamples x 1]`: 0 for the first volume, 1 for the last. */
  readonly time: Matrix64
  /** Realignment parameters and the size of their change since the volume before, `[nSamples x 12]`; null where a run has none. */
  readonly motion: Matrix64 | null
}

/**
 * Keeps the labelled volumes of a run, or the means of its blocks.
 *
 * @param run - The run, for its labels.
 * @param features - `[nVolumes x nFeatures]`.
 * @param unit - `volume`, or `block`: consecutive volumes of one class, averaged.
 * @returns The samples in temporal order.
 * @throws Never.
 */
export function takeSamples(
  run: RunData,
  features: Matrix,
  unit: EvaluateStep['unit'],
): LabelledFeatures {
  const groups = groupsOf(run, unit)
  return {
    features: meanRows(features, groups),
    labels: Int32Array.from(groups, ({ label }) => label),
    runs: [run.key],
    time: meanRows(positions(run.labels.length), groups),
    motion: run.motion === undefined ? null : meanRows(withChange(run.motion), groups),
  }
}

/**
 * The classes of the samples that `takeSamples` keeps.
 *
 * @param run - The run.
 * @param unit - As for `takeSamples`.
 * @returns Class per sample, in temporal order.
 * @throws Never.
 */
export function sampleLabels(run: Pick<RunData, 'labels'>, unit: EvaluateStep['unit']): Int32Array {
  return Int32Array.from(groupsOf(run, unit), ({ label }) => label)
}

/**
 * Lays samples behind each other.
 *
 * @param parts - Samples of equal width.
 * @returns All of them, in order.
 * @throws Never.
 */
export function stackSamples(parts: readonly LabelledFeatures[]): LabelledFeatures {
  const motions = parts.flatMap(({ motion }) => (motion === null ? [] : [motion]))
  return {
    features: stackRows(parts.map(({ features }) => features)),
    labels: Int32Array.from(parts.flatMap(({ labels }) => [...labels])),
    runs: [...new Set(parts.flatMap(({ runs }) => runs))],
    time: stackRows(parts.map(({ time }) => time)),
    motion: motions.length < parts.length ? null : stackRows(motions),
  }
}

function meanRows({ data, nCols }: Matrix, groups: readonly Group[]): Matrix64 {
  const means = new Float64Array(groups.length * nCols)
  groups.forEach(({ volumes }, row) => {
    for (const t of volumes)
      for (let f = 0; f < nCols; f++)
        means[row * nCols + f]! += data[t * nCols + f]! / volumes.length
  })
  return { data: means, nRows: groups.length, nCols }
}

function positions(nVolumes: number): Matrix64 {
  const data = Float64Array.from({ length: nVolumes }, (_, t) => t / Math.max(1, nVolumes - 1))
  return { data, nRows: nVolumes, nCols: 1 }
}

/** Each row followed by its absolute difference from the row before; the first has not moved. */
function withChange({ data, nRows, nCols }: Matrix64): Matrix64 {
  const wide = new Float64Array(2 * data.length)
  for (let t = 0; t < nRows; t++)
    for (let p = 0; p < nCols; p++) {
      const now = data[t * nCols + p]!
      wide[2 * t * nCols + p] = now
      wide[(2 * t + 1) * nCols + p] = t === 0 ? 0 : Math.abs(now - data[(t - 1) * nCols + p]!)
    }
  return { data: wide, nRows, nCols: 2 * nCols }
}

interface Group {
  readonly label: number
  readonly volumes: readonly number[]
}

function groupsOf(
  { labels }: Pick<RunData, 'labels'>,
  unit: EvaluateStep['unit'],
): readonly Group[] {
  return unit === 'volume' ? labelledVolumes(labels) : blocks(labels)
}

function labelledVolumes(labels: Int32Array): readonly Group[] {
  return Array.from(labels, (label, t) => ({ label, volumes: [t] })).filter(
    ({ label }) => label >= 0,
  )
}

function blocks(labels: Int32Array): readonly Group[] {
  const found: { label: number; volumes: number[] }[] = []
  labels.forEach((label, t) => {
    const last = found.at(-1)
    if (label < 0) return
    if (last !== undefined && last.label === label && last.volumes.at(-1) === t - 1)
      last.volumes.push(t)
    else found.push({ label, volumes: [t] })
  })
  return found
}
