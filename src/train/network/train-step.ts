/** One batch -> one step of the optimiser on a tf.LayersModel; the scores of the batch stay on the engine until they are asked for. */
import type { Batch } from './batches.ts'
import type { Tf } from '../../engine/tf.ts'
import type { NamedTensorMap, Optimizer, Tensor, Variable } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'

/** What a step works on. */
export interface StepContext {
  readonly tf: Tf
  readonly model: LayersModel
  readonly optimizer: Optimizer
  /** Variables that are trained. */
  readonly variables: readonly Variable[]
  /** Variables under the L1 penalty. */
  readonly penalised: readonly Variable[]
  readonly l1: number
  /** Strength of the penalty on the squares of a variable, by its name. */
  readonly l2: (variableName: string) => number
  readonly sampleShape: readonly number[]
}

/**
 * The trainable variables of a model, and those of them that belong to dense layers.
 *
 * @param model - The model.
 * @returns All trainable variables, and kernels and biases of trainable dense layers.
 * @throws Never.
 */
export function trainableVariables(model: LayersModel): {
  readonly all: Variable[]
  readonly dense: Variable[]
} {
  const variablesOf = (weights: LayersModel['trainableWeights']): Variable[] =>
    weights.map((weight) => weight.read() as Variable)
  return {
    all: variablesOf(model.trainableWeights),
    dense: model.layers
      .filter((layer) => layer.getClassName() === 'Dense')
      .flatMap((layer) => variablesOf(layer.trainableWeights)),
  }
}

/**
 * Takes one step down the cross-entropy between the model's scores and the targets of a batch.
 *
 * @param context - Model, optimiser and variables.
 * @param batch - Features and weighted targets.
 * @returns The scores that the model gave before the step, `[nRows x nClasses]`; the caller disposes them.
 * @throws Never.
 * @remarks An L1 penalty is the optimiser's business: TensorFlow.js differentiates |w| to -1 at 0, which would move every bias that
 *   starts at zero.
 */
export function trainStep(context: StepContext, batch: Batch): Tensor {
  const { tf, model, optimizer, variables, sampleShape } = context
  return tf.tidy(() => {
    const input = tf.tensor(batch.features, [batch.nRows, ...sampleShape])
    const targets = tf.tensor(batch.targets, [
      batch.nRows,
      batch.targets.length / Math.max(1, batch.nRows),
    ])
    let scores: Tensor | undefined
    const { grads } = tf.variableGrads(() => {
      const logits = model.apply(input, { training: true }) as Tensor
      scores = tf.keep(logits)
      return tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits))))
    }, [...variables])
    optimizer.applyGradients(addL2(context, grads))
    return scores!
  })
}

/** Adds the gradient of l2 times the sum of squares. */
function addL2({ tf, variables, l2 }: StepContext, grads: NamedTensorMap): NamedTensorMap {
  const penalised = variables.filter(({ name }) => l2(name) > 0)
  const added = penalised.map((variable): [string, Tensor] => {
    const { name } = variable
    return [name, tf.add(grads[name]!, tf.mul(variable, 2 * l2(name)))]
  })
  return { ...grads, ...Object.fromEntries(added) }
}

/**
 * The penalty of the weights as they are.
 *
 * @param context - Penalised variables and the strength of the penalties.
 * @returns l1 times the sum of absolute weights plus l2 times the sum of squared ones; 0 without penalties.
 * @throws Never.
 */
export async function weightPenalty(context: StepContext): Promise<number> {
  const { tf, l1, l2, penalised, variables } = context
  let total = 0
  const add = async (strength: number, sumOf: () => Tensor): Promise<void> => {
    if (strength === 0) return
    const sum = tf.tidy(sumOf)
    total += strength * (await sum.data())[0]!
    sum.dispose()
  }
  for (const variable of penalised) await add(l1, () => tf.sum(tf.abs(variable)))
  for (const variable of variables) await add(l2(variable.name), () => tf.sum(tf.square(variable)))
  return total
}
