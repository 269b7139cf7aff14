/** Runs of a subject -> labelled samples in the decoder's feature space: one per volume, or one per block. */
import type { EvaluateStep } from '../../core/schemas/pipeline.ts'
import type { Matrix, Matrix32, Matrix64, RunKey } from '../../core/types.ts'
import type { RunData } from './subject-data.ts'

/** Features of some samples with their classes. */
export interface LabelledFeatures {
  readonly features: Matrix64
  readonly labels: Int32Array
  readonly runs: readonly RunKey[]
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
  const { nCols } = features
  const data = new Float64Array(groups.length * nCols)
  groups.forEach(({ volumes }, row) => {
    for (const t of volumes)
      for (let f = 0; f < nCols; f++)
        data[row * nCols + f]! += features.data[t * nCols + f]! / volumes.length
  })
  return {
    features: { data, nRows: groups.length, nCols },
    labels: Int32Array.from(groups, ({ label }) => label),
    runs: [run.key],
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
  const nCols = parts[0]?.features.nCols ?? 0
  const nRows = parts.reduce((sum, part) => sum + part.features.nRows, 0)
  const data = new Float64Array(nRows * nCols)
  const labels = new Int32Array(nRows)
  let row = 0
  for (const part of parts) {
    data.set(part.features.data, row * nCols)
    labels.set(part.labels, row)
    row += part.features.nRows
  }
  return {
    features: { data, nRows, nCols },
    labels,
    runs: [...new Set(parts.flatMap((part) => part.runs))],
  }
}

/**
 * Single precision, for networks and for storage.
 *
 * @param matrix - Any matrix.
 * @returns The same numbers as float32.
 * @throws Never.
 */
export function toMatrix32(matrix: Matrix): Matrix32 {
  return { data: Float32Array.from(matrix.data), nRows: matrix.nRows, nCols: matrix.nCols }
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
