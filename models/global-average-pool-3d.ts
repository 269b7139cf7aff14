/** Volumes `[N, X, Y, Z, C]` -> their means `[N, C]`: TensorFlow.js has this for one and two axes only. */
import { channelsOf, onlyOf } from './batch-norm-5d.ts'
import type { Tf } from '../src/engine/tf.ts'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { layers } from '@tensorflow/tfjs-layers'

/**
 * The mean over the three axes of a volume.
 *
 * @param tf - TensorFlow.js of an engine.
 * @param input - `[N, X, Y, Z, C]`.
 * @returns `[N, C]`.
 * @throws Never.
 */
export function globalAveragePool(tf: Tf, input: Tensor): Tensor {
  const [n, x, y, z, c] = input.shape as [number, number, number, number, number]
  return tf.mean(tf.reshape(input, [n, x * y * z, c]), 1)
}

/**
 * The layer class, registered under its name so that a saved model can be loaded.
 *
 * @param tf - TensorFlow.js of an engine.
 * @returns Constructor of layers `[N, X, Y, Z, C]` -> `[N, C]`.
 * @throws Never.
 */
export function defineGlobalAveragePool3d(tf: Tf): new (config: { name?: string }) => layers.Layer {
  class GlobalAveragePool3d extends tf.layers.Layer {
    static readonly className = 'GlobalAveragePool3d'

    override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
      return [inputShape[0] ?? null, channelsOf(inputShape)]
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      return tf.tidy(() => globalAveragePool(tf, onlyOf(inputs)))
    }
  }
  tf.serialization.registerClass(GlobalAveragePool3d)
  return GlobalAveragePool3d
}
