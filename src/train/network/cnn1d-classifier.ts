/** Labelled samples `[nSamples x nFeatures]` -> a trained 1D CNN as plain numbers, and its class scores `[nSamples x nClasses]`; row-major. */
import { describeBestEpoch } from './best-epoch.ts'
import { resolveCnn1dOptions, type Cnn1dFitOptions } from './cnn1d-options.ts'
import {
  createStateModel,
  networkInput,
  networkInputLength,
  type Cnn1dState,
} from './cnn1d-state.ts'
import { createNetworkScorer } from './decoder.ts'
import { fingerprintTraining } from './fingerprint.ts'
import { forward } from './forward.ts'
import { fitProjection, type Projection } from './projection.ts'
import { createSwitchedSource } from './switched-source.ts'
import { openRecords } from './training-records.ts'
import { trainNetwork, type LabelledFeatures } from './train-network.ts'
import { readWeights, writeWeights, type WeightArray } from './weights.ts'
import { cnn1d, compactInput, ldaLayerName, type NetworkTraining } from '../../../models/index.ts'
import type { Matrix, Matrix64, RunKey } from '../../core/types.ts'
import type { Engine } from '../../engine/index.ts'
import type { Classifier, FitContext, Samples, ScoreContext } from '../classifier.ts'
import { fitLdaWeights } from '../linear/lda.ts'
import { assertFeatureCount } from '../linear/linear-state.ts'
import { countClasses } from '../linear/training-set.ts'
import type { LayersModel } from '@tensorflow/tfjs-layers'

/**
 * The 1D CNN as a classifier. Presets: `compact` (default), a frozen linear discriminant on 32 principal components with a convolutional
 * branch beside it; `paper`, the network of Tchibozo et al. (2022) on the features as they are.
 */
export const cnn1dClassifier: Classifier<Cnn1dFitOptions, Cnn1dState> = {
  name: 'cnn1d',
  fit: fitCnn1d,
  score: scoreCnn1d,
  createNetwork: (state, { tf }) => ({
    model: createStateModel(tf, state),
    input: describeInput(state),
    prepare: (features) => [networkInput(state.projection, features)],
  }),
  createScorer: createNetworkScorer,
}

/**
 * Trains a 1D CNN.
 *
 * @param samples - Training samples `[nSamples x nFeatures]` with labels.
 * @param options - Preset and settings; absent ones take the preset's (`cnn1dTraining`).
 * @param context - Seed, engine, listener; validation samples for early stopping; a folder for checkpoints.
 * @returns The network as plain numbers. `fittedOn` holds the runs of the samples, and the validation runs where they decided anything
 *   (early stopping, best epoch, learning rate).
 * @throws {LimbicError} `TRAIN_TOO_FEW_CLASSES` when fewer than two classes have samples; `SHAPE_MISMATCH` when features and labels,
 *   or training and validation features, do not fit together; `VALUE_INVALID` when a setting or a label cannot be used.
 * @remarks The engine stays open; it belongs to the context. Same samples, settings, seed and engine give the same weights.
 */
export async function fitCnn1d(
  samples: Samples,
  options: Cnn1dFitOptions,
  context: FitContext,
): Promise<Cnn1dState> {
  const { features, labels, nClasses } = samples
  countClasses(features, labels, nClasses)
  if (context.validation !== undefined)
    assertFeatureCount(features.nCols, context.validation.features)
  const { preset, training } = resolveCnn1dOptions(options, features.nRows)
  const projection = preset === 'paper' ? null : fitProjection(features, compactInput.nComponents)
  const input = networkInput(projection, features)
  const nFeatures = features.nCols
  const inputLength = networkInputLength({ projection, nFeatures })
  const dropout = createSwitchedSource(context.rng.fork('dropout'))
  const engine = await context.openEngine()
  const model = cnn1d(engine.tf, {
    preset,
    inputLength,
    nClasses,
    seed: context.rng.fork('weights').integer(2 ** 31),
    output: 'logits',
    dropoutSource: dropout,
  })
  try {
    if (preset === 'compact') await setDiscriminant(engine, model, input, samples)
    const validation = validationInput(projection, context.validation)
    const seen = [input, labels, ...(validation ? [validation.features, validation.labels] : [])]
    const fingerprint = fingerprintTraining(seen, { preset, ...training }, context.rng)
    const epochs = await trainNetwork({
      engine,
      model,
      sampleShape: [inputLength, 1],
      samples: { features: input, labels },
      nClasses,
      validation,
      training,
      rng: context.rng,
      onEpochStream: dropout.switchTo,
      emit: context.emit,
      stage: 'train cnn1d',
      ...openRecords(context, cnn1dClassifier.name, fingerprint),
    })
    return {
      kind: 'classifier/cnn1d',
      fittedOn: runsSeen(samples, context.validation, training),
      nClasses,
      nFeatures,
      preset,
      projection,
      weights: await readWeights(model),
      epochs,
      ...describeBestEpoch(epochs, training),
    }
  } finally {
    model.dispose()
  }
}

/**
 * Class scores of samples.
 *
 * @param state - The fitted network.
 * @param features - Samples `[nSamples x nFeatures]`, in the space that the network was fitted in.
 * @param context - Where the network runs.
 * @returns Logits `[nSamples x nClasses]`; their softmax are probabilities.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the number of features differs from the training samples'.
 */
export async function scoreCnn1d(
  state: Cnn1dState,
  features: Matrix,
  context: ScoreContext,
): Promise<Matrix64> {
  assertFeatureCount(state.nFeatures, features)
  const { tf } = await context.openEngine()
  const model = createStateModel(tf, state)
  try {
    const input = networkInput(state.projection, features)
    const logits = await forward(tf, model, input, [networkInputLength(state), 1])
    return { data: Float64Array.from(logits), nRows: features.nRows, nCols: state.nClasses }
  } finally {
    model.dispose()
  }
}

function validationInput(
  projection: Projection | null,
  validation: Samples | undefined,
): LabelledFeatures | undefined {
  if (validation === undefined || validation.features.nRows === 0) return undefined
  return { features: networkInput(projection, validation.features), labels: validation.labels }
}

/** Fits the linear discriminant on the network's own input and writes it into the frozen layer. */
async function setDiscriminant(
  engine: Engine,
  model: LayersModel,
  input: Float32Array,
  { labels, nClasses }: Samples,
): Promise<void> {
  const nCols = input.length / labels.length
  const matrix = { data: input, nRows: labels.length, nCols }
  const fitted = fitLdaWeights(matrix, labels, nClasses, compactInput.ldaShrinkage)
  const gain = compactInput.ldaGain
  // A class without samples has a bias of minus infinity, which no gradient survives.
  const bias = Float32Array.from(fitted.bias, (value) => gain * Math.max(value, lowestBias))
  const kernel = Float32Array.from(fitted.weights, (value) => gain * value)
  const byName = new Map([
    [`${ldaLayerName}/kernel`, kernel],
    [`${ldaLayerName}/bias`, bias],
  ])
  const weights = (await readWeights(model)).map((weight): WeightArray => ({
    ...weight,
    data: byName.get(weight.name) ?? weight.data,
  }))
  writeWeights(engine.tf, model, weights)
}

const lowestBias = -1e4

function runsSeen(
  samples: Samples,
  validation: Samples | undefined,
  training: NetworkTraining,
): RunKey[] {
  const decides =
    training.patience !== null || training.keepBest !== null || training.schedule === 'plateau'
  return [...new Set([...samples.runs, ...(decides ? (validation?.runs ?? []) : [])])]
}

function describeInput({ projection, nFeatures }: Cnn1dState): string {
  return projection === null
    ? `the ${nFeatures} features of a volume`
    : `the ${nFeatures} features of a volume, projected onto the ${projection.nComponents} components in the decoder`
}
