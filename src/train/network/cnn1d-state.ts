/** The fitted 1D CNN as plain numbers, and the tf.LayersModel that these numbers make. */
import { applyProjection, type Projection } from './projection.ts'
import { writeWeights, type WeightArray } from './weights.ts'
import { cnn1d, type Cnn1dPreset } from '../../../models/index.ts'
import type { Matrix } from '../../core/types.ts'
import type { Tf } from '../../engine/tf.ts'
import type { ClassifierState, EpochRecord } from '../classifier.ts'
import type { LayersModel } from '@tensorflow/tfjs-layers'

/** A fitted 1D CNN. */
export interface Cnn1dState extends ClassifierState {
  readonly kind: 'classifier/cnn1d'
  readonly preset: Cnn1dPreset
  /** What the features go through before the network; null for `paper`, which takes them as they are. */
  readonly projection: Projection | null
  /** Every weight of the network, frozen ones included, in the model's order. */
  readonly weights: readonly WeightArray[]
  readonly epochs: readonly EpochRecord[]
}

/**
 * Features that the network of a state takes.
 *
 * @param state - The fitted network.
 * @returns Number of principal components, or of features where there is no projection.
 * @throws Never.
 */
export function networkInputLength(state: Pick<Cnn1dState, 'projection' | 'nFeatures'>): number {
  return state.projection?.nComponents ?? state.nFeatures
}

/**
 * What the network of a state is given for samples.
 *
 * @param projection - The state's projection; null takes the features as they are.
 * @param features - Samples `[nSamples x nFeatures]`.
 * @returns Network input `[nSamples x input length]`, float32, never a view of the features.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the number of features is not the projection's.
 */
export function networkInput(projection: Projection | null, features: Matrix): Float32Array {
  return projection === null
    ? Float32Array.from(features.data)
    : applyProjection(projection, features)
}

/**
 * Builds the network of a state: the whole decoder but for the projection, with logits as its output.
 *
 * @param tf - TensorFlow.js of an engine.
 * @param state - The fitted network.
 * @returns Model `[batch x input length x 1]` -> logits `[batch x nClasses]`; the caller disposes it.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the state's weights are not those of its preset.
 */
export function createStateModel(tf: Tf, state: Cnn1dState): LayersModel {
  const model = cnn1d(tf, {
    preset: state.preset,
    inputLength: networkInputLength(state),
    nClasses: state.nClasses,
    seed: 0,
    output: 'logits',
    weights: 'zeros',
  })
  try {
    writeWeights(tf, model, state.weights)
  } catch (error) {
    model.dispose()
    throw error
  }
  return model
}
