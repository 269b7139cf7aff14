/** A network -> its training step as a workload repeats it: forward, gradients and Adam on one batch. */
import type { Engine } from '../src/engine/index.ts'
import type { Scalar, Tensor } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'

/** The batch that is trained on. */
export interface TrainBatch {
  /** `[nSamples x ...sampleShape]` values. */
  readonly values: Float32Array
  readonly sampleShape: readonly number[]
  /** Class of each sample. */
  readonly labels: readonly number[]
  readonly nClasses: number
}

/**
 * Prepares a training step, with the cross-entropy of logits as its loss.
 *
 * @param engine - What it runs on.
 * @param model - The network, with logits as its output.
 * @param batch - Trained on at every step.
 * @returns One step.
 * @throws Never.
 */
export function createTrainStep(
  { tf, createAdam }: Pick<Engine, 'tf' | 'createAdam'>,
  model: LayersModel,
  { values, sampleShape, labels, nClasses }: TrainBatch,
): () => void {
  const variables = model.trainableWeights.map(
    (weight) => weight.read() as ReturnType<typeof tf.variable>,
  )
  const optimizer = createAdam({ learningRate: 1e-4 })
  const input = tf.tensor(values, [labels.length, ...sampleShape])
  const targets = tf.oneHot(tf.tensor1d([...labels], 'int32'), nClasses)
  return () =>
    tf.tidy(() => {
      const loss = () => {
        const logits = model.apply(input, { training: true }) as Tensor
        return tf.losses.softmaxCrossEntropy<Tensor, Scalar>(targets, logits)
      }
      const { grads } = tf.variableGrads(loss, variables)
      optimizer.applyGradients(grads)
    })
}
