/** A fitted 1D CNN -> a function from the features of one volume `[nFeatures]` to logits `[nClasses]`, for a real-time loop. */
import { createStateModel, networkInputLength, type Cnn1dState } from './cnn1d-state.ts'
import { applyProjection } from './projection.ts'
import type { Engine } from '../../engine/index.ts'
import { assertFeatureCount } from '../linear/linear-state.ts'
import type { Tensor } from '@tensorflow/tfjs-core'

/** Decodes single volumes with a network that stays loaded. */
export interface NetworkDecoder {
  /** Features `[nFeatures]` of one volume -> logits `[nClasses]`. */
  (volumeFeatures: Float32Array): Promise<Float64Array>
  /** Frees the network. */
  dispose(): void
}

/**
 * Loads a network for decoding volume by volume.
 *
 * @param state - The fitted network.
 * @param engine - Where it runs.
 * @returns The decoder; the caller disposes it.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the state's weights are not those of its preset, and from the decoder when a volume has
 *   another number of features than the training samples.
 */
export function createNetworkDecoder(state: Cnn1dState, { tf }: Engine): NetworkDecoder {
  const model = createStateModel(tf, state)
  const inputLength = networkInputLength(state)
  const decode = async (volumeFeatures: Float32Array): Promise<Float64Array> => {
    const features = { data: volumeFeatures, nRows: 1, nCols: volumeFeatures.length }
    assertFeatureCount(state.nFeatures, features)
    const { projection } = state
    const input =
      projection === null ? volumeFeatures.slice() : applyProjection(projection, features)
    const scores = tf.tidy(() => model.apply(tf.tensor(input, [1, inputLength, 1])) as Tensor)
    const logits = Float64Array.from(await scores.data())
    scores.dispose()
    return logits
  }
  return Object.assign(decode, { dispose: () => model.dispose() })
}
