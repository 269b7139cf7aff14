/** Volumes `[N, X, Y, Z, C]` -> the same, normalised per channel: TensorFlow.js has no batch normalisation for five axes. */
import type { Tf } from '../src/engine/tf.ts'
import type { Tensor, Variable } from '@tensorflow/tfjs-core'
import type { layers, LayerVariable } from '@tensorflow/tfjs-layers'

/** Weights of a batch normalisation, `[C]` each. */
export interface BatchNormWeights {
  readonly gamma: Tensor
  readonly beta: Tensor
  readonly movingMean: Variable
  readonly movingVariance: Variable
}

export interface BatchNormSettings {
  /** Whether the batch's own moments normalise it, and then join the moving ones; otherwise the moving ones do. */
  readonly training: boolean
  /** Added to the variance. */
  readonly epsilon: number
  /** Share of the old value that a moving statistic keeps per step. */
  readonly momentum: number
}

/**
 * Normalises every channel over all other axes.
 *
 * @param tf - TensorFlow.js of an engine.
 * @param input - Any rank, channels last.
 * @param weights - Scale, shift and moving statistics; the statistics are changed in training.
 * @param settings - Training or not, epsilon and momentum.
 * @returns Tensor of the same shape, differentiable in input, gamma and beta.
 * @throws Never.
 * @remarks Ioffe and Szegedy (2015), arXiv 1502.03167. The work is done on `[rows x C]`: broadcasting over five axes is wrong on some
 *   backends. The variance is the biased one, also in the moving statistics, as in Keras. Two passes over the data per moment.
 */
export function batchNorm(
  tf: Tf,
  input: Tensor,
  weights: BatchNormWeights,
  settings: BatchNormSettings,
): Tensor {
  const rows = tf.reshape(input, [-1, channelsOf(input.shape)])
  const normalised = settings.training
    ? normaliseByBatch(tf, rows, weights, settings)
    : normaliseByHistory(tf, rows, weights, settings)
  return tf.reshape(normalised, input.shape)
}

function normaliseByHistory(
  tf: Tf,
  rows: Tensor,
  { gamma, beta, movingMean, movingVariance }: BatchNormWeights,
  { epsilon }: BatchNormSettings,
): Tensor {
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(movingVariance, epsilon)))
  return tf.add(tf.mul(rows, scale), tf.sub(beta, tf.mul(movingMean, scale)))
}

/** One operation to the tape: its gradient is known in closed form and needs fewer passes than that of its parts. */
function normaliseByBatch(
  tf: Tf,
  rows: Tensor,
  weights: BatchNormWeights,
  { epsilon, momentum }: BatchNormSettings,
): Tensor {
  const moments: Tensor[] = []
  const normalise = tf.customGrad((...args: unknown[]) => {
    const [x, gamma, beta, save] = args as [Tensor, Tensor, Tensor, (tensors: Tensor[]) => void]
    const mean = tf.mean(x, 0)
    const centred = tf.sub(x, mean)
    const variance = tf.mean(tf.square(centred), 0)
    const inverse = tf.rsqrt(tf.add(variance, epsilon))
    moments.push(tf.keep(mean), tf.keep(variance))
    const value = tf.add(tf.mul(centred, tf.mul(gamma, inverse)), beta)
    save([x, gamma, mean, inverse])
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] =>
      batchGradients(tf, dy, saved as [Tensor, Tensor, Tensor, Tensor])
    return { value, gradFunc }
  })
  const normalised = normalise(rows, weights.gamma, weights.beta)
  const [mean, variance] = moments as [Tensor, Tensor]
  moveTowards(tf, weights.movingMean, mean, momentum)
  moveTowards(tf, weights.movingVariance, variance, momentum)
  tf.dispose(moments)
  return normalised
}

function batchGradients(
  tf: Tf,
  dy: Tensor,
  [x, gamma, mean, inverse]: [Tensor, Tensor, Tensor, Tensor],
): [x: Tensor, gamma: Tensor, beta: Tensor] {
  const [nRows = 1] = x.shape
  const standard = tf.mul(tf.sub(x, mean), inverse)
  const dGamma = tf.sum(tf.mul(dy, standard), 0)
  const dBeta = tf.sum(dy, 0)
  const along = tf.mul(standard, tf.div(dGamma, nRows))
  const dx = tf.mul(tf.sub(tf.sub(dy, tf.div(dBeta, nRows)), along), tf.mul(gamma, inverse))
  return [dx, dGamma, dBeta]
}

function moveTowards(tf: Tf, moving: Variable, current: Tensor, momentum: number): void {
  moving.assign(tf.add(tf.mul(moving, momentum), tf.mul(current, 1 - momentum)))
}

export interface BatchNorm5dConfig {
  readonly name?: string
  readonly momentum: number
  readonly epsilon: number
}

/**
 * The layer class, registered under its name so that a saved model can be loaded.
 *
 * @param tf - TensorFlow.js of an engine.
 * @returns Constructor of layers `[N, X, Y, Z, C]` -> `[N, X, Y, Z, C]` with weights gamma, beta, moving_mean and moving_variance.
 * @throws Never.
 */
export function defineBatchNorm5d(tf: Tf): new (config: BatchNorm5dConfig) => layers.Layer {
  class BatchNorm5d extends tf.layers.Layer {
    static readonly className = 'BatchNorm5d'
    readonly momentum: number
    readonly epsilon: number
    private held!: HeldNorm

    constructor(config: BatchNorm5dConfig) {
      super(config)
      this.momentum = config.momentum
      this.epsilon = config.epsilon
    }

    override build(inputShape: (number | null)[]): void {
      this.held = addNorm(tf, this, '', channelsOf(inputShape))
      super.build(inputShape)
    }

    override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
      const training = kwargs['training'] === true
      const { momentum, epsilon } = this
      const input = onlyOf(inputs)
      return tf.tidy(() =>
        batchNorm(tf, input, readNorm(this.held), { training, momentum, epsilon }),
      )
    }

    override getConfig(): ReturnType<layers.Layer['getConfig']> {
      return { ...super.getConfig(), momentum: this.momentum, epsilon: this.epsilon }
    }
  }
  tf.serialization.registerClass(BatchNorm5d)
  return BatchNorm5d
}

/**
 * The number of channels.
 *
 * @param shape - Shape with channels last.
 * @returns The last length; 0 where it is unknown.
 * @throws Never.
 */
export function channelsOf(shape: readonly (number | null)[]): number {
  return shape.at(-1) ?? 0
}

/**
 * The tensor that a layer with one input is called with.
 *
 * @param inputs - As TensorFlow.js hands them to `call`.
 * @returns The tensor.
 * @throws Never.
 */
export function onlyOf(inputs: Tensor | Tensor[]): Tensor {
  return (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor
}

/** The variables of a batch normalisation inside a layer. */
export interface HeldNorm {
  readonly gamma: LayerVariable
  readonly beta: LayerVariable
  readonly movingMean: LayerVariable
  readonly movingVariance: LayerVariable
}

/**
 * Adds the weights of a batch normalisation to a layer.
 *
 * @param tf - TensorFlow.js of an engine.
 * @param layer - The layer, being built.
 * @param prefix - Put before the names, such as `norm1/`.
 * @param channels - Number of channels.
 * @returns The variables: scale 1, shift 0, moving mean 0, moving variance 1.
 * @throws Never.
 */
export function addNorm(tf: Tf, layer: layers.Layer, prefix: string, channels: number): HeldNorm {
  const add = (name: string, initial: 'ones' | 'zeros', isTrainable: boolean): LayerVariable =>
    addLayerWeight(layer, prefix + name, [channels], tf.initializers[initial](), isTrainable)
  return {
    gamma: add('gamma', 'ones', true),
    beta: add('beta', 'zeros', true),
    movingMean: add('moving_mean', 'zeros', false),
    movingVariance: add('moving_variance', 'ones', false),
  }
}

/**
 * The tensors of a batch normalisation's variables.
 *
 * @param held - The variables.
 * @returns What `batchNorm` takes.
 * @throws Never.
 */
export function readNorm(held: HeldNorm): BatchNormWeights {
  return {
    gamma: held.gamma.read(),
    beta: held.beta.read(),
    movingMean: held.movingMean.read() as Variable,
    movingVariance: held.movingVariance.read() as Variable,
  }
}

/**
 * Adds one weight to a layer; TensorFlow.js declares the method for subclasses only.
 *
 * @param layer - The layer, being built.
 * @param name - Name within the layer.
 * @param shape - Shape of the weight.
 * @param initializer - Gives its first values.
 * @param isTrainable - Whether an optimiser changes it.
 * @returns The variable.
 * @throws Never.
 */
export function addLayerWeight(
  layer: layers.Layer,
  name: string,
  shape: readonly number[],
  initializer: ReturnType<Tf['initializers']['zeros']>,
  isTrainable: boolean,
): LayerVariable {
  interface WeightOwner {
    addWeight(
      name: string,
      shape: number[],
      dtype: 'float32',
      initializer: unknown,
      regularizer: undefined,
      trainable: boolean,
    ): LayerVariable
  }
  const owner = layer as unknown as WeightOwner
  return owner.addWeight(name, [...shape], 'float32', initializer, undefined, isTrainable)
}
