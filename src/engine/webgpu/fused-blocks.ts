/** The blocks of a pre-activation residual network on the GPU: each of their operations is one kernel, with a gradient of its own; `[N, X, Y, Z, C]`. */
import {
  normDefaults,
  type BlockSettings,
  type ConvolutionWeights,
  type FusedBlocks,
  type NormWeights,
} from '../fused/blocks.ts'
import type { Tf } from '../tf.ts'
import type { KernelContext } from './kernel.ts'
import { ownOperations } from './norm/kernels.ts'
import type { NamedAttrMap, Tensor, Tensor2D, Tensor5D } from '@tensorflow/tfjs-core'

type Save = (tensors: Tensor[]) => void
type GradientOf = (dy: Tensor, saved: Tensor[]) => Tensor[]

interface ConvolutionForm {
  readonly strides: number
  readonly pad: 'same' | 'valid'
  /** Joins the output. */
  readonly residual?: Tensor
  /** Set for an input that needs no gradient. */
  readonly isInputConstant?: boolean
}

/**
 * Makes the blocks.
 *
 * @param context - Engine.
 * @returns The blocks; every channel count is allowed.
 * @throws Never.
 */
export function createFusedBlocks(context: KernelContext): FusedBlocks {
  const { tf } = context
  const activate = (x: Tensor, norm: NormWeights, settings: BlockSettings): Tensor =>
    normaliseAndActivate(context, x, norm, settings)

  return {
    stem: (x, { conv, norm }, settings) =>
      tf.tidy(() => {
        const form = { strides: 2, pad: 'same', isInputConstant: true } as const
        const activated = activate(convolve(context, x, conv, form), norm, settings)
        return tf.maxPool3d(activated as Tensor5D, 3, 2, 'same')
      }),
    bottleneck: (x, weights, settings) =>
      tf.tidy(() => {
        const { norm1, conv1, norm2, conv2, norm3, conv3, shortcut } = weights
        const sampled = { strides: settings.stride, pad: 'valid' } as const
        const input = norm1 === undefined ? x : activate(x, norm1, settings)
        const reduced = activate(convolve(context, input, conv1, sampled), norm2, settings)
        const mixed = convolve(context, reduced, conv2, { strides: 1, pad: 'same' })
        const residual = shortcut === undefined ? x : convolve(context, x, shortcut, sampled)
        const form = { strides: 1, pad: 'valid', residual } as const
        return convolve(context, activate(mixed, norm3, settings), conv3, form) as Tensor5D
      }),
    head: (x, norm, settings) =>
      tf.tidy(() => {
        const [n, , , , c] = x.shape
        const rows = tf.reshape(activate(x, norm, settings), [n, -1, c])
        return tf.mean<Tensor2D>(rows, 1)
      }),
  }
}

/** Convolution with its bias, and with what is added to it, in one pass. */
function convolve(
  { tf }: KernelContext,
  input: Tensor,
  { kernel, bias }: ConvolutionWeights,
  { strides, pad, residual, isInputConstant = false }: ConvolutionForm,
): Tensor {
  const attributes = { strides, pad, dilations: 1 }
  const operation = tf.customGrad((...args: unknown[]) => {
    const save = args.at(-1) as Save
    const [filter, shift, ...rest] = args.slice(0, -1) as [Tensor, Tensor, ...Tensor[]]
    const x = isInputConstant ? input : rest[0]!
    const added = residual === undefined ? undefined : rest.at(-1)!
    const inputs = { x, filter, bias: shift, ...(added === undefined ? {} : { residual: added }) }
    const value = runOne(tf, ownOperations.convolve, inputs, attributes)
    save([x, filter])
    const { shape: filterShape } = filter
    const { shape: inputShape } = x
    const gradFunc: GradientOf = (dy, saved) => {
      const [savedX, savedFilter] = saved as [Tensor, Tensor]
      const filterForm = { ...attributes, filterShape }
      const gradients = [
        runOne(tf, 'Conv3DBackpropFilterV2', { x: savedX, dy }, filterForm),
        runOne(tf, ownOperations.sumColumns, { x: dy }),
      ]
      const inputs = { dy, filter: savedFilter }
      if (!isInputConstant)
        gradients.push(runOne(tf, 'Conv3DBackpropInputV2', inputs, { ...attributes, inputShape }))
      if (residual !== undefined) gradients.push(tf.clone(dy))
      return gradients
    }
    return { value, gradFunc }
  })
  return operation(
    ...[kernel, bias],
    ...(isInputConstant ? [] : [input]),
    ...(residual === undefined ? [] : [residual]),
  )
}

function normaliseAndActivate(
  { tf }: KernelContext,
  input: Tensor,
  norm: NormWeights,
  settings: BlockSettings,
): Tensor {
  const statistics = tf.tidy(() => statisticsOf(tf, input, norm, settings))
  const form = { relu: true, ofBatch: settings.training }
  const operation = tf.customGrad((...args: unknown[]) => {
    const [x, gamma, beta, save] = args as [Tensor, Tensor, Tensor, Save]
    const operands = { x, statistics, gamma, beta }
    const value = runOne(tf, ownOperations.normalise, operands, form)
    save(Object.values(operands))
    const gradFunc: GradientOf = (dy, saved) => {
      const names = Object.keys(operands)
      const kept = Object.fromEntries(names.map((name, i) => [name, saved[i]!]))
      return runMany(tf, ownOperations.normaliseGradient, { dy, ...kept }, form)
    }
    return { value, gradFunc }
  })
  return operation(input, norm.gamma, norm.beta)
}

/** Mean and inverse deviation; in training those of the batch, which join the moving ones. */
function statisticsOf(
  tf: Tf,
  x: Tensor,
  { movingMean, movingVariance }: NormWeights,
  settings: BlockSettings,
): Tensor {
  const { epsilon = normDefaults.epsilon, momentum = normDefaults.momentum } = settings
  const inputs = { mean: movingMean, variance: movingVariance }
  if (!settings.training)
    return runOne(tf, ownOperations.movingStatistics, inputs, { epsilon, momentum })
  const name = ownOperations.statistics
  const results = runMany(tf, name, { x, ...inputs }, { epsilon, momentum })
  const [statistics, mean, variance] = results as [Tensor, Tensor, Tensor]
  movingMean.assign(mean)
  movingVariance.assign(variance)
  return statistics
}

type Inputs = Record<string, Tensor>

function runOne(tf: Tf, name: string, inputs: Inputs, attributes: object = {}): Tensor {
  return tf.engine().runKernel(name, inputs, attributes as NamedAttrMap)
}

function runMany(tf: Tf, name: string, inputs: Inputs, attributes: object): Tensor[] {
  return tf.engine().runKernel(name, inputs, attributes as NamedAttrMap)
}
