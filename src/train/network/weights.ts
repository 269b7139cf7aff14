/** The weights of a tf.LayersModel <-> plain float32 arrays by name, in the model's own order. */
import type { Tf } from '../../engine/tf.ts'
import { LimbicError } from '../../core/errors/index.ts'
import type { LayersModel } from '@tensorflow/tfjs-layers'

/** One weight of a network. */
export interface WeightArray {
  /** Layer and weight, such as `conv1/kernel`. */
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/**
 * Copies a model's weights out.
 *
 * @param model - The model.
 * @returns Trainable and frozen weights, in the order of `model.weights`.
 * @throws Never.
 */
export async function readWeights(model: LayersModel): Promise<WeightArray[]> {
  return Promise.all(
    model.weights.map(async (weight) => {
      const values = (await weight.read().data()) as Float32Array
      return { name: weight.originalName, shape: [...weight.read().shape], data: values.slice() }
    }),
  )
}

/**
 * Copies weights into a model of the same architecture.
 *
 * @param tf - TensorFlow.js of the model's engine.
 * @param model - The model.
 * @param weights - As `readWeights` gave them.
 * @returns Nothing.
 * @throws {LimbicError} `SHAPE_MISMATCH` when names or shapes are not those of the model.
 */
export function writeWeights(tf: Tf, model: LayersModel, weights: readonly WeightArray[]): void {
  const expected = model.weights.map((w) => describe(w.originalName, w.read().shape)).join(', ')
  const found = weights.map((w) => describe(w.name, w.shape)).join(', ')
  if (expected !== found) {
    throw new LimbicError('SHAPE_MISMATCH', { what: 'the weights of a network', expected, found })
  }
  tf.tidy(() => {
    // The copy keeps training from writing into the caller's arrays: tensors may be views of what they are made from.
    model.setWeights(weights.map((w) => tf.tensor(w.data.slice(), [...w.shape])))
  })
}

function describe(name: string, shape: readonly (number | null)[]): string {
  return `${name} [${shape.join(' x ')}]`
}
