/** Samples `[nSamples x nFeatures]` -> class scores `[nSamples x nClasses]` by a tf.LayersModel, in batches; row-major. */
import type { Tf } from '../../engine/tf.ts'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'

const samplesPerForward = 256

/**
 * Runs a model on samples, without dropout and with the running statistics of its normalisation.
 *
 * @param tf - TensorFlow.js of the model's engine.
 * @param model - Model whose output is `[batch x nClasses]`.
 * @param features - Samples, `[nSamples x product of sampleShape]`.
 * @param sampleShape - Shape of one sample, without the batch axis.
 * @returns Scores, `[nSamples x nClasses]`; empty without samples.
 * @throws Never.
 */
export async function forward(
  tf: Tf,
  model: LayersModel,
  features: Float32Array,
  sampleShape: readonly number[],
): Promise<Float32Array> {
  const sampleSize = sampleShape.reduce((product, size) => product * size, 1)
  const nSamples = features.length / sampleSize
  const parts: Float32Array[] = []
  for (let start = 0; start < nSamples; start += samplesPerForward) {
    const end = Math.min(nSamples, start + samplesPerForward)
    const scores = tf.tidy(() => {
      const batch = features.slice(start * sampleSize, end * sampleSize)
      return model.apply(tf.tensor(batch, [end - start, ...sampleShape])) as Tensor
    })
    parts.push((await scores.data()) as Float32Array)
    scores.dispose()
  }
  return concatenate(parts)
}

/**
 * Lays arrays behind each other.
 *
 * @param parts - The arrays.
 * @returns All their numbers in order.
 * @throws Never.
 */
export function concatenate(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
