/** A decoder, a subject's calibration and its runs -> what the decoder looks at, class by class, in the subject's own voxels. */
import { applyMapper, type MapperState } from '../../align/common-space.ts'
import type { Matrix64 } from '../../core/types.ts'
import type { ClassifierState } from '../../train/classifier.ts'
import { classifierOf } from '../../train/classifiers.ts'
import type { Calibration } from '../protocol/calibration.ts'
import type { ProtocolContext } from '../protocol/context.ts'
import { stackSamples, takeSamples, type LabelledFeatures } from '../protocol/samples.ts'
import { readScaledRun } from '../protocol/scale.ts'
import type { RunData } from '../protocol/subject-data.ts'
import { pathGradients } from './path-gradients.ts'

/** Maps of one subject: per class, values `[nVoxels]` of the voxels that the decoder was given. */
export interface ClassMaps {
  /** Grid indices. */
  readonly voxels: Int32Array
  /** Samples of each class that were explained. */
  readonly nSamples: readonly number[]
  /** Change of the class score, less the mean of all classes, with one unit of the scaled voxel. */
  readonly weight: readonly Float64Array[]
  /** Integrated gradients: what the voxel adds to the score of its class, from the mean volume to the class's volumes. */
  readonly saliency: readonly Float64Array[]
  /** Covariance of the voxel with the class score over all samples, per unit of the score: the activation pattern that the score follows. */
  readonly pattern: readonly Float64Array[]
}

/** More of them change the mean little, and cost a network sixteen passes each. */
const samplesPerClass = 24

/**
 * Explains a decoder on one subject.
 *
 * @param context - Settings and services.
 * @param model - The classifier by name, and what was fitted.
 * @param calibration - How the subject's volumes reach the classifier.
 * @param runs - Runs of the subject with labels.
 * @returns The maps; a class without samples has maps of 0.
 * @throws {LimbicError} As the classifier.
 * @remarks Gradients are taken back through the alignment by its transpose. Up to 24 samples of each class are explained, evenly spread;
 *   patterns use all. Haufe et al. (2014), On the interpretation of weight vectors of linear models in multivariate neuroimaging,
 *   NeuroImage 87:96-110, on why weights alone are no activation.
 */
export async function interpretSubject(
  context: ProtocolContext,
  model: { readonly name: string; readonly state: ClassifierState },
  calibration: Calibration,
  runs: readonly RunData[],
): Promise<ClassMaps> {
  const { selection, mapper } = calibration
  const samples = await readVoxelSamples(context, calibration, runs)
  const mean = meanRow(samples.features)
  const chosen = chooseSamples(samples, context.classes.length)
  const explained = {
    features: toFeatures(mapper, chosen.features),
    labels: chosen.labels,
    baseline: toFeatures(mapper, { data: mean, nRows: 1, nCols: mean.length }).data,
  }
  const gradients = await pathGradients(model.name, model.state, explained, context)
  const inVoxels = mapper === null ? gradients : pullBack(mapper, gradients, mean.length)
  const scores = await classifierOf(model.name).score(
    model.state,
    toFeatures(mapper, samples.features),
    context,
  )
  const classes = context.classes.map((_, c) => c)
  return {
    voxels: selection.voxels,
    nSamples: classes.map((c) => chosen.labels.filter((label) => label === c).length),
    ...averageByClass(chosen, inVoxels, mean, classes),
    pattern: classes.map((c) => scorePattern(samples.features, scores, c)),
  }
}

async function readVoxelSamples(
  { pipeline }: ProtocolContext,
  { selection, scaler }: Calibration,
  runs: readonly RunData[],
): Promise<LabelledFeatures> {
  const parts: LabelledFeatures[] = []
  for (const run of runs) {
    const scaled = await readScaledRun(run, selection.voxels, scaler, pipeline.clean.baseline)
    parts.push(takeSamples(run, scaled, pipeline.evaluate.unit))
  }
  return stackSamples(parts)
}

type Explained = Pick<LabelledFeatures, 'features' | 'labels'>

/** Evenly spread samples of every class. */
function chooseSamples({ features, labels }: LabelledFeatures, nClasses: number): Explained {
  const rows = Array.from({ length: nClasses }, (_, c) => {
    const own = [...labels.keys()].filter((i) => labels[i] === c)
    const n = Math.min(samplesPerClass, own.length)
    return Array.from({ length: n }, (_, i) => own[Math.floor((i * own.length) / n)]!)
  }).flat()
  const { nCols } = features
  const data = new Float64Array(rows.length * nCols)
  rows.forEach((row, i) =>
    data.set(features.data.subarray(row * nCols, (row + 1) * nCols), i * nCols),
  )
  return {
    features: { data, nRows: rows.length, nCols },
    labels: Int32Array.from(rows, (row) => labels[row]!),
  }
}

function toFeatures(mapper: MapperState | null, rows: Matrix64): Matrix64 {
  return mapper === null ? rows : applyMapper(mapper, rows)
}

const voxelsPerBlock = 256

/** Gradients in the common space -> gradients in voxels: the map is affine, so what it does to each voxel alone is all there is to know. */
function pullBack(mapper: MapperState, gradients: Matrix64, nVoxels: number): Matrix64 {
  const { nRows, nCols } = gradients
  const origin = applyMapper(mapper, { data: new Float64Array(nVoxels), nRows: 1, nCols: nVoxels })
  const data = new Float64Array(nRows * nVoxels)
  for (let from = 0; from < nVoxels; from += voxelsPerBlock) {
    const n = Math.min(voxelsPerBlock, nVoxels - from)
    const units = new Float64Array(n * nVoxels)
    for (let v = 0; v < n; v++) units[v * nVoxels + from + v] = 1
    const moved = applyMapper(mapper, { data: units, nRows: n, nCols: nVoxels })
    for (let i = 0; i < nRows; i++)
      for (let v = 0; v < n; v++) {
        let sum = 0
        for (let f = 0; f < nCols; f++)
          sum += (moved.data[v * nCols + f]! - origin.data[f]!) * gradients.data[i * nCols + f]!
        data[i * nVoxels + from + v] = sum
      }
  }
  return { data, nRows, nCols: nVoxels }
}

function averageByClass(
  { features, labels }: Explained,
  gradients: Matrix64,
  mean: Float64Array,
  classes: readonly number[],
): Pick<ClassMaps, 'weight' | 'saliency'> {
  const { nCols } = features
  const average = (c: number, value: (at: number, v: number) => number): Float64Array => {
    const rows = [...labels.keys()].filter((i) => labels[i] === c)
    return Float64Array.from({ length: nCols }, (_, v) =>
      rows.reduce((sum, i) => sum + value(i * nCols + v, v) / rows.length, 0),
    )
  }
  return {
    weight: classes.map((c) => average(c, (at) => gradients.data[at]!)),
    saliency: classes.map((c) =>
      average(c, (at, v) => (features.data[at]! - mean[v]!) * gradients.data[at]!),
    ),
  }
}

function scorePattern(features: Matrix64, scores: Matrix64, c: number): Float64Array {
  const { nRows, nCols } = features
  const own = Float64Array.from({ length: nRows }, (_, i) => {
    const row = scores.data.subarray(i * scores.nCols, (i + 1) * scores.nCols)
    // A class that was never learnt has a score of minus infinity.
    const finite = row.filter(Number.isFinite)
    return row[c]! - finite.reduce((sum, score) => sum + score, 0) / finite.length
  })
  const middle = own.reduce((sum, score) => sum + score, 0) / nRows
  const variance = own.reduce((sum, score) => sum + (score - middle) ** 2, 0)
  const pattern = new Float64Array(nCols)
  if (!(variance > 0) || !Number.isFinite(variance)) return pattern
  for (let i = 0; i < nRows; i++)
    for (let v = 0; v < nCols; v++)
      pattern[v]! += (features.data[i * nCols + v]! * (own[i]! - middle)) / variance
  return pattern
}

function meanRow({ data, nRows, nCols }: Matrix64): Float64Array {
  const mean = new Float64Array(nCols)
  for (let i = 0; i < data.length; i++) mean[i % nCols]! += data[i]! / nRows
  return mean
}
