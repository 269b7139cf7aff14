/** The moments of a tf.Optimizer <-> plain float32 arrays, so that a resumed training continues with them. */
import type { Tf } from '../../engine/tf.ts'
import type { WeightArray } from './weights.ts'
import type { Optimizer, Variable } from '@tensorflow/tfjs-core'

/**
 * Copies an optimiser's arrays out.
 *
 * @param tf - TensorFlow.js of the optimiser's engine.
 * @param optimizer - The optimiser.
 * @param variables - The variables that it trains.
 * @returns Its arrays in its own order, the number of steps among them. A variable is named by its place in `variables`: TensorFlow.js
 *   numbers variables of the same name, so that their own names change from one model to the next.
 * @throws Never.
 */
export async function readSlots(
  tf: Tf,
  optimizer: Optimizer,
  variables: readonly Variable[],
): Promise<WeightArray[]> {
  const slots = await optimizer.getWeights()
  const places = new Map(variables.map((variable, place) => [variable.name, `#${place}`]))
  const arrays = await Promise.all(
    slots.map(async ({ name, tensor }) => ({
      name: renameVariable(name, places),
      shape: [...tensor.shape],
      data: Float32Array.from(await tensor.data()),
    })),
  )
  // The number of steps is a tensor made for the caller; the others are the optimiser's own.
  tf.dispose(slots.filter(({ name }) => name === 'iter').map(({ tensor }) => tensor))
  return arrays
}

/**
 * Gives an optimiser arrays that `readSlots` copied out.
 *
 * @param tf - TensorFlow.js of the optimiser's engine.
 * @param optimizer - An optimiser that has not taken a step yet.
 * @param variables - The variables that it trains, in the same order.
 * @param slots - The arrays.
 * @returns Nothing.
 * @throws Never.
 */
export async function writeSlots(
  tf: Tf,
  optimizer: Optimizer,
  variables: readonly Variable[],
  slots: readonly WeightArray[],
): Promise<void> {
  const names = new Map(variables.map((variable, place) => [`#${place}`, variable.name]))
  const tensors = slots.map(({ name, shape, data }) => ({
    name: renameVariable(name, names),
    tensor: tf.tensor(data.slice(), [...shape]),
  }))
  await optimizer.setWeights(tensors)
  // The optimiser keeps variables of its own.
  tf.dispose(tensors.map(({ tensor }) => tensor))
}

/** `conv1/kernel/m` -> `#0/m` and back: what follows the last slash is the optimiser's. */
function renameVariable(slot: string, names: ReadonlyMap<string, string>): string {
  const end = slot.lastIndexOf('/')
  const name = names.get(slot.slice(0, Math.max(0, end)))
  return name === undefined ? slot : name + slot.slice(end)
}
