/** The moments of a tf.Optimizer <-> plain float32 arrays, so that a resumed training continues with them. */
import type { Tf } from '../../engine/tf.ts'
import type { WeightArray } from './weights.ts'
import type { Optimizer } from '@tensorflow/tfjs-core'

/**
 * Copies an optimiser's arrays out.
 *
 * @param optimizer - The optimiser.
 * @returns Its arrays in its own order, the number of steps among them.
 * @throws Never.
 */
export async function readSlots(optimizer: Optimizer): Promise<WeightArray[]> {
  const slots = await optimizer.getWeights()
  return Promise.all(
    slots.map(async ({ name, tensor }) => ({
      name,
      shape: [...tensor.shape],
      data: Float32Array.from(await tensor.data()),
    })),
  )
}

/**
 * Gives an optimiser arrays that `readSlots` copied out.
 *
 * @param tf - TensorFlow.js of the optimiser's engine.
 * @param optimizer - An optimiser that has not taken a step yet.
 * @param slots - The arrays.
 * @returns Nothing.
 * @throws Never.
 */
export async function writeSlots(
  tf: Tf,
  optimizer: Optimizer,
  slots: readonly WeightArray[],
): Promise<void> {
  const tensors = slots.map(({ name, shape, data }) => ({
    name,
    tensor: tf.tensor(data.slice(), [...shape]),
  }))
  await optimizer.setWeights(tensors)
}
