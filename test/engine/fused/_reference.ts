/** The fused blocks and a small network of them in float64 loops: forward pass, then gradients from the output backwards. */
import {
  referenceMaxPool,
  referenceNormRelu,
  referenceVolumeConvolution,
  type ReferenceVolume,
} from '../../../src/engine/self-test/volume-reference.ts'
import { convolutionVolume, poolVolume } from '../../../src/engine/cpu/volume-shape.ts'
import { size } from '../_tensors.ts'

export type Numbers = Float64Array
export type Shape = readonly number[]

/** Weights by name, such as `conv1/kernel`. */
export type Weights = Readonly<Record<string, { readonly values: Numbers; readonly shape: Shape }>>

export interface Step {
  readonly y: Numbers
  readonly shape: Shape
  /** Gradient of the input; those of the weights are left in `gradients` by name. */
  backward(dy: Numbers, gradients: Record<string, Numbers>): Numbers
}

export const epsilon = 1.001e-5

export function stem(x: Numbers, shape: Shape, weights: Weights): Step {
  const conv = convolve(x, shape, weights, 'conv', 2, 'same')
  const norm = normRelu(conv.y, weights, 'norm')
  const pooling = poolVolume(conv.shape, { filterSize: 3, strides: 2, pad: 'same' })
  const to = [pooling.N, ...pooling.output, pooling.C]
  const pool = (dy: Numbers) => referenceMaxPool(pooling, norm.y, dy)
  return {
    y: pool(new Float64Array(size(to))).y,
    shape: to,
    backward: (dy, gradients) => conv.backward(norm.backward(pool(dy).dx, gradients), gradients),
  }
}

export function bottleneck(x: Numbers, shape: Shape, weights: Weights, stride: 1 | 2): Step {
  const norm1 = 'norm1/gamma' in weights ? normRelu(x, weights, 'norm1') : undefined
  const conv1 = convolve(norm1?.y ?? x, shape, weights, 'conv1', stride, 'valid')
  const norm2 = normRelu(conv1.y, weights, 'norm2')
  const conv2 = convolve(norm2.y, conv1.shape, weights, 'conv2', 1, 'same')
  const norm3 = normRelu(conv2.y, weights, 'norm3')
  const conv3 = convolve(norm3.y, conv2.shape, weights, 'conv3', 1, 'valid')
  const shortcut =
    'shortcut/kernel' in weights
      ? convolve(x, shape, weights, 'shortcut', stride, 'valid')
      : undefined
  return {
    y: sum(conv3.y, shortcut?.y ?? x),
    shape: conv3.shape,
    backward(dy, gradients) {
      const d3 = norm3.backward(conv3.backward(dy, gradients), gradients)
      const d2 = norm2.backward(conv2.backward(d3, gradients), gradients)
      const d1 = conv1.backward(d2, gradients)
      return sum(norm1?.backward(d1, gradients) ?? d1, shortcut?.backward(dy, gradients) ?? dy)
    },
  }
}

export function head(x: Numbers, shape: Shape, weights: Weights): Step {
  const norm = normRelu(x, weights, 'norm')
  const [N, C] = [shape[0]!, shape.at(-1)!]
  const perSample = x.length / (N * C)
  const y = new Float64Array(N * C)
  const at = (i: number): number => Math.floor(i / (perSample * C)) * C + (i % C)
  norm.y.forEach((value, i) => (y[at(i)]! += value / perSample))
  return {
    y,
    shape: [N, C],
    backward: (dy, gradients) =>
      norm.backward(
        x.map((_, i) => dy[at(i)]! / perSample),
        gradients,
      ),
  }
}

function convolve(
  x: Numbers,
  shape: Shape,
  weights: Weights,
  name: string,
  strides: number,
  pad: 'same' | 'valid',
): Step {
  const [kernel, bias] = [weights[`${name}/kernel`]!, weights[`${name}/bias`]!]
  const volume: ReferenceVolume = convolutionVolume(shape, kernel.shape, { strides, pad })
  const to = [volume.N, ...volume.output, volume.Cout]
  const run = (dy: Numbers) => referenceVolumeConvolution(volume, x, kernel.values, dy)
  const y = run(new Float64Array(size(to))).y
  return {
    y: y.map((value, i) => value + bias.values[i % volume.Cout]!),
    shape: to,
    backward(dy, gradients) {
      const { dx, dFilter } = run(dy)
      gradients[`${name}/kernel`] = dFilter
      gradients[`${name}/bias`] = new Float64Array(volume.Cout)
      dy.forEach((value, i) => (gradients[`${name}/bias`]![i % volume.Cout]! += value))
      return dx
    },
  }
}

function normRelu(x: Numbers, weights: Weights, name: string): Omit<Step, 'shape'> {
  const [gamma, beta] = [weights[`${name}/gamma`]!.values, weights[`${name}/beta`]!.values]
  const run = (dy: Numbers) => referenceNormRelu(x, gamma, beta, epsilon, dy)
  return {
    y: run(x).y,
    backward(dy, gradients) {
      const { dx, dGamma, dBeta } = run(dy)
      gradients[`${name}/gamma`] = dGamma
      gradients[`${name}/beta`] = dBeta
      return dx
    },
  }
}

function sum(a: Numbers, b: Numbers): Numbers {
  return a.map((value, i) => value + b[i]!)
}
