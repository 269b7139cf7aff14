/** Weights of fused blocks by name, as numbers for the reference and as variables for the engine. */
import type {
  BottleneckWeights,
  ConvolutionWeights,
  NormWeights,
} from '../../../src/engine/index.ts'
import type { Tf } from '../../../src/engine/tf.ts'
import { noise, size } from '../_tensors.ts'
import type { Shape, Weights } from './_reference.ts'
import type { Tensor, Variable } from '@tensorflow/tfjs-core'

/** `margin`: no activation comes near zero, so rounding cannot flip a ReLU and gradients compare tightly. */
export type Kind = 'mixed' | 'margin'

/** Shapes of a bottleneck's weights. */
export function bottleneckShapes(
  from: number,
  filters: number,
  to: number,
  options: { normalisesInput: boolean; projects: boolean },
): Record<string, Shape> {
  return {
    ...(options.normalisesInput ? normShapes('norm1', from) : {}),
    ...convolutionShapes('conv1', 1, from, filters),
    ...normShapes('norm2', filters),
    ...convolutionShapes('conv2', 3, filters, filters),
    ...normShapes('norm3', filters),
    ...convolutionShapes('conv3', 1, filters, to),
    ...(options.projects ? convolutionShapes('shortcut', 1, from, to) : {}),
  }
}

export function convolutionShapes(
  name: string,
  width: number,
  from: number,
  to: number,
): Record<string, Shape> {
  return { [`${name}/kernel`]: [width, width, width, from, to], [`${name}/bias`]: [to] }
}

export function normShapes(name: string, channels: number): Record<string, Shape> {
  return { [`${name}/gamma`]: [channels], [`${name}/beta`]: [channels] }
}

/** Random weights for shapes: He normal kernels, small biases, scales about 1. */
export function makeWeights(shapes: Record<string, Shape>, kind: Kind, prefix = ''): Weights {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const deviation = name.endsWith('kernel') ? Math.sqrt(2 / size(shape.slice(0, -1))) : 0.2
      const values = noise(size(shape), prefix + name).map((value) => {
        if (name.endsWith('gamma')) return kind === 'margin' ? 0.1 + 0.02 * value : 1 + 0.2 * value
        if (name.endsWith('beta') && kind === 'margin') return value < 0.5 ? 1 : -1
        return value * deviation
      })
      return [name, { values: Float64Array.from(values), shape }]
    }),
  )
}

export function makeVariables(tf: Tf, weights: Weights): Record<string, Variable> {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { values, shape }]) => [
      name,
      tf.tidy(() => tf.variable(tf.tensor(Float32Array.from(values), [...shape]))),
    ]),
  )
}

export interface Moving {
  readonly mean: Variable
  readonly variance: Variable
}

/** Moving statistics of every normalisation, neither 0 nor 1. */
export function makeMoving(tf: Tf, weights: Weights): Record<string, Moving> {
  const norms = Object.keys(weights).filter((name) => name.endsWith('gamma'))
  const variable = (values: Float32Array): Variable =>
    tf.tidy(() => tf.variable(tf.tensor1d(values), false))
  return Object.fromEntries(
    norms.map((name) => {
      const channels = weights[name]!.values.length
      const mean = variable(noise(channels, `${name}/mean`).map((value) => 0.3 * value))
      const variance = variable(noise(channels, `${name}/var`).map((value) => 0.5 + value ** 2))
      return [name.replace('/gamma', ''), { mean, variance }]
    }),
  )
}

export function convolutionOf(held: Record<string, Tensor>, name: string): ConvolutionWeights {
  return { kernel: held[`${name}/kernel`]!, bias: held[`${name}/bias`]! }
}

export function normOf(
  held: Record<string, Tensor>,
  moving: Record<string, Moving>,
  name: string,
): NormWeights {
  return {
    gamma: held[`${name}/gamma`]!,
    beta: held[`${name}/beta`]!,
    movingMean: moving[name]!.mean,
    movingVariance: moving[name]!.variance,
  }
}

export function bottleneckOf(
  held: Record<string, Tensor>,
  moving: Record<string, Moving>,
): BottleneckWeights {
  return {
    norm1: 'norm1/gamma' in held ? normOf(held, moving, 'norm1') : undefined,
    conv1: convolutionOf(held, 'conv1'),
    norm2: normOf(held, moving, 'norm2'),
    conv2: convolutionOf(held, 'conv2'),
    norm3: normOf(held, moving, 'norm3'),
    conv3: convolutionOf(held, 'conv3'),
    shortcut: 'shortcut/kernel' in held ? convolutionOf(held, 'shortcut') : undefined,
  }
}
