/** A fitted classifier and samples `[nSamples x nFeatures]` -> how the score of each sample's own class changes with each feature, on the way from a baseline to the sample. */
import type { Matrix, Matrix64 } from '../../core/types.ts'
import type { Engine } from '../../engine/index.ts'
import type { ClassifierState, ScoreContext } from '../../train/classifier.ts'
import { classifierOf } from '../../train/classifiers.ts'
import type { LinearState } from '../../train/linear/linear-state.ts'
import type { Cnn1dState } from '../../train/network/cnn1d-state.ts'
import { networkInput, networkInputLength } from '../../train/network/cnn1d-state.ts'
import type { Resnet3dState } from '../../train/volumes/resnet3d-state.ts'
import { averageGradients } from './network-gradients.ts'
import { gatherVolume, placeVolumes, unstandardize } from './volume-gradients.ts'

/** Samples whose classes are known. */
export interface ExplainedSamples {
  /** `[nSamples x nFeatures]`, in the space of the classifier. */
  readonly features: Matrix
  /** Class per sample: the class whose score is explained. */
  readonly labels: Int32Array
  /** `[nFeatures]`: where paths begin. */
  readonly baseline: Float64Array
}

/**
 * The gradient of the score of each sample's own class, less the mean over classes, averaged along the straight path from the baseline.
 *
 * @param name - The classifier.
 * @param state - What was fitted.
 * @param samples - Samples, their classes and the baseline.
 * @param context - Where networks run.
 * @returns `[nSamples x nFeatures]`. The weights themselves for a linear model; 16 steps of back-propagation for a network; central
 *   differences over one standard deviation of each feature, at the sample, for anything else.
 * @throws {LimbicError} As the classifier.
 * @remarks Times the distance from the baseline this is integrated gradients: Sundararajan, Taly and Yan (2017), Axiomatic attribution for
 *   deep networks, ICML 34. The mean over classes is taken off because only differences of scores decide. Networks of normalised volumes
 *   are explained from the normalised baseline to the normalised volume.
 */
export async function pathGradients(
  name: string,
  state: ClassifierState,
  samples: ExplainedSamples,
  context: ScoreContext,
): Promise<Matrix64> {
  if (isLinear(state)) return linearGradients(state, samples.labels)
  if (state.kind === 'classifier/cnn1d')
    return cnn1dGradients(state as Cnn1dState, samples, await context.openEngine())
  if (state.kind === 'classifier/resnet3d')
    return volumeGradients(state as Resnet3dState, samples, await context.openEngine())
  return differences(name, state, samples, context)
}

/** Any affine model says so by holding weights and bias, whatever it is called. */
function isLinear(state: ClassifierState): state is LinearState {
  const { weights, bias } = state as Partial<LinearState>
  return (
    weights instanceof Float64Array &&
    bias instanceof Float64Array &&
    weights.length === state.nFeatures * state.nClasses
  )
}

function linearGradients(
  { weights, nFeatures, nClasses }: LinearState,
  labels: Int32Array,
): Matrix64 {
  const data = new Float64Array(labels.length * nFeatures)
  for (let f = 0; f < nFeatures; f++) {
    let mean = 0
    for (let c = 0; c < nClasses; c++) mean += weights[f * nClasses + c]! / nClasses
    labels.forEach((label, i) => (data[i * nFeatures + f] = weights[f * nClasses + label]! - mean))
  }
  return { data, nRows: labels.length, nCols: nFeatures }
}

async function cnn1dGradients(
  state: Cnn1dState,
  { features, labels, baseline }: ExplainedSamples,
  engine: Engine,
): Promise<Matrix64> {
  const { projection, nFeatures } = state
  const length = networkInputLength(state)
  const start = networkInput(projection, { data: baseline, nRows: 1, nCols: nFeatures })
  const gradient = await averageGradients(engine, createNetwork(state, engine), {
    ...{ inputs: networkInput(projection, features), start, labels },
    sampleShape: [length, 1],
  })
  if (projection === null)
    return { data: Float64Array.from(gradient), nRows: labels.length, nCols: nFeatures }
  const data = new Float64Array(labels.length * nFeatures)
  for (let i = 0; i < labels.length; i++)
    for (let f = 0; f < nFeatures; f++) {
      let sum = 0
      for (let k = 0; k < length; k++)
        sum += projection.rotation[f * length + k]! * gradient[i * length + k]!
      data[i * nFeatures + f] = sum / projection.scale
    }
  return { data, nRows: labels.length, nCols: nFeatures }
}

async function volumeGradients(
  state: Resnet3dState,
  { features, labels, baseline }: ExplainedSamples,
  engine: Engine,
): Promise<Matrix64> {
  const rows = placeVolumes(state, features)
  const start = placeVolumes(state, { data: baseline, nRows: 1, nCols: state.nFeatures })
  const gradient = await averageGradients(engine, createNetwork(state, withoutFused(engine)), {
    ...{ inputs: rows, start, labels, sampleShape: [...state.grid.shape, 1] },
  })
  const own = gatherVolume(state, gradient, labels.length)
  return state.volumeZ ? unstandardize(features, own) : own
}

/** Fused blocks are for training, and give no gradient of the volume itself. */
function withoutFused({ fused: _, ...engine }: Engine): Engine {
  return engine
}

function createNetwork(state: ClassifierState, engine: Engine) {
  const name = state.kind.replace('classifier/', '')
  return classifierOf(name).createNetwork!(state, engine).model
}

async function differences(
  name: string,
  state: ClassifierState,
  { features, labels }: ExplainedSamples,
  context: ScoreContext,
): Promise<Matrix64> {
  const { nRows, nCols } = features
  const gradient = new Float64Array(nRows * nCols)
  for (let f = 0; f < nCols; f++) {
    const step = spreadOf(features, f)
    if (step === 0) continue
    const [above, below] = await Promise.all(
      [step, -step].map((shift) =>
        ownScores(name, state, shiftFeature(features, f, shift), labels, context),
      ),
    )
    for (let i = 0; i < nRows; i++) gradient[i * nCols + f] = (above![i]! - below![i]!) / (2 * step)
  }
  return { data: gradient, nRows, nCols }
}

async function ownScores(
  name: string,
  state: ClassifierState,
  features: Matrix,
  labels: Int32Array,
  context: ScoreContext,
): Promise<Float64Array> {
  const { data, nCols } = await classifierOf(name).score(state, features, context)
  return Float64Array.from(labels, (label, i) => {
    const row = data.subarray(i * nCols, (i + 1) * nCols)
    return row[label]! - row.reduce((sum, score) => sum + score, 0) / nCols
  })
}

function shiftFeature({ data, nRows, nCols }: Matrix, feature: number, shift: number): Matrix64 {
  const moved = Float64Array.from(data)
  for (let i = 0; i < nRows; i++) moved[i * nCols + feature]! += shift
  return { data: moved, nRows, nCols }
}

function spreadOf({ data, nRows, nCols }: Matrix, feature: number): number {
  let mean = 0
  for (let i = 0; i < nRows; i++) mean += data[i * nCols + feature]! / nRows
  let squares = 0
  for (let i = 0; i < nRows; i++) squares += (data[i * nCols + feature]! - mean) ** 2
  return Math.sqrt(squares / Math.max(1, nRows - 1))
}
