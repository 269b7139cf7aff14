/** A network and its inputs `[nSamples x size]` -> the gradient of each sample's own class score, averaged along the path from a common start. */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Engine } from '../../engine/index.ts'

/** What a network is asked about. */
export interface NetworkSamples {
  /** `[nSamples x size]`, row-major. */
  readonly inputs: Float32Array
  /** `[size]`. */
  readonly start: Float32Array
  readonly labels: Int32Array
  /** Shape of one sample; its product is `size`. */
  readonly sampleShape: readonly number[]
}

const nSteps = 16
const samplesPerBatch = 16

/**
 * Averages gradients over the middles of 16 equal pieces of the path.
 *
 * @param engine - The engine of the model.
 * @param model - Input -> logits `[batch x nClasses]`; disposed in the end.
 * @param samples - Inputs, their classes and where paths start.
 * @returns `[nSamples x size]`: gradient of the logit of each sample's class less the mean of all logits.
 * @throws Never.
 * @remarks 16 forward and backward passes per sample.
 */
export async function averageGradients(
  { tf }: Pick<Engine, 'tf'>,
  model: LayersModel,
  { inputs, start, labels, sampleShape }: NetworkSamples,
): Promise<Float32Array> {
  const size = start.length
  const nClasses = model.outputs[0]!.shape.at(-1)!
  const total = new Float32Array(inputs.length)
  try {
    for (let from = 0; from < labels.length; from += samplesPerBatch) {
      const to = Math.min(labels.length, from + samplesPerBatch)
      const targets = centredTargets(labels.subarray(from, to), nClasses)
      for (let step = 0; step < nSteps; step++) {
        const share = (step + 0.5) / nSteps
        const points = new Float32Array((to - from) * size)
        for (let i = 0; i < points.length; i++) {
          const begin = start[i % size]!
          points[i] = begin + share * (inputs[from * size + i]! - begin)
        }
        const gradient = tf.tidy(() => {
          const weights = tf.tensor2d(targets, [to - from, nClasses])
          const score = (x: Tensor): Tensor => tf.sum(tf.mul(model.apply(x) as Tensor, weights))
          return tf.grad(score)(tf.tensor(points, [to - from, ...sampleShape]))
        })
        const values = await gradient.data()
        gradient.dispose()
        for (let i = 0; i < values.length; i++) total[from * size + i]! += values[i]! / nSteps
      }
    }
    return total
  } finally {
    model.dispose()
  }
}

/** 1 for the class of each sample, less the same share of every class. */
function centredTargets(labels: Int32Array, nClasses: number): Float32Array {
  const targets = new Float32Array(labels.length * nClasses).fill(-1 / nClasses)
  labels.forEach((label, i) => (targets[i * nClasses + label]! += 1))
  return targets
}
