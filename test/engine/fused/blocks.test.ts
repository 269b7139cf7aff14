import { describe, it, expect } from 'vitest'
import { isLimbicError } from '../../../src/core/errors/index.ts'
import { openEngine } from '../../../src/engine/index.ts'
import { noise, relativeError, size } from '../_tensors.ts'
import {
  bottleneckOf,
  bottleneckShapes,
  convolutionOf,
  convolutionShapes,
  makeMoving,
  makeVariables,
  makeWeights,
  normOf,
  normShapes,
  type Moving,
} from './_blocks.ts'
import * as reference from './_reference.ts'
import type { Numbers, Shape, Step, Weights } from './_reference.ts'
import type { Scalar, Tensor, Tensor5D, Variable } from '@tensorflow/tfjs-core'

const { tf, fused } = await openEngine('cpu')
const blocks = fused!
const settings = { training: true, epsilon: reference.epsilon }

interface BlockCase {
  readonly name: string
  readonly x: Shape
  readonly shapes: Record<string, Shape>
  /** The stem takes its image for a constant. */
  readonly hasInputGradient: boolean
  readonly forward: (
    x: Tensor5D,
    held: Record<string, Variable>,
    moving: Record<string, Moving>,
    training: boolean,
  ) => Tensor
  expected(x: Numbers, weights: Weights): Step
}

function bottleneckCase(
  x: Shape,
  filters: number,
  to: number,
  stride: 1 | 2,
  options: { normalisesInput: boolean; projects: boolean },
): BlockCase {
  return {
    name: `bottleneck ${x.join('x')} -> ${filters} -> ${to}, stride ${stride}, ${JSON.stringify(options)}`,
    ...{ x, shapes: bottleneckShapes(x[4]!, filters, to, options), hasInputGradient: true },
    forward: (input, held, moving, training) =>
      blocks.bottleneck(input, bottleneckOf(held, moving), { ...settings, training, stride }),
    expected: (values, weights) => reference.bottleneck(values, x, weights, stride),
  }
}

function stemCase(x: Shape, filters: number): BlockCase {
  return {
    name: `stem ${x.join('x')} -> ${filters}`,
    ...{ x, hasInputGradient: false },
    shapes: { ...convolutionShapes('conv', 7, x[4]!, filters), ...normShapes('norm', filters) },
    forward: (input, held, moving, training) => {
      const weights = { conv: convolutionOf(held, 'conv'), norm: normOf(held, moving, 'norm') }
      return blocks.stem(input, weights, { ...settings, training })
    },
    expected: (values, weights) => reference.stem(values, x, weights),
  }
}

function headCase(x: Shape): BlockCase {
  return {
    name: `head ${x.join('x')}`,
    ...{ x, shapes: normShapes('norm', x[4]!), hasInputGradient: true },
    forward: (input, held, moving, training) =>
      blocks.head(input, normOf(held, moving, 'norm'), { ...settings, training }),
    expected: (values, weights) => reference.head(values, x, weights),
  }
}

const [plain, projecting] = [{ projects: false }, { projects: true }]
const cases: BlockCase[] = [
  stemCase([1, 9, 8, 7, 1], 8),
  stemCase([3, 6, 7, 8, 2], 12),
  bottleneckCase([1, 3, 4, 5, 8], 4, 8, 1, { ...plain, normalisesInput: true }),
  bottleneckCase([3, 3, 2, 3, 12], 8, 12, 1, { ...plain, normalisesInput: false }),
  bottleneckCase([2, 4, 3, 2, 8], 4, 20, 1, { ...projecting, normalisesInput: false }),
  bottleneckCase([2, 3, 3, 3, 8], 12, 4, 1, { ...projecting, normalisesInput: true }),
  bottleneckCase([3, 5, 4, 3, 8], 4, 16, 2, { ...projecting, normalisesInput: true }),
  bottleneckCase([1, 4, 6, 5, 4], 4, 8, 2, { ...projecting, normalisesInput: false }),
  bottleneckCase([2, 4, 4, 5, 8], 32, 8, 1, { ...plain, normalisesInput: true }),
  headCase([1, 2, 3, 2, 8]),
  headCase([3, 3, 1, 2, 4]),
]

/** Output, gradient of the input and of every weight, for the sum of outputs weighted by dy. */
function run(
  block: BlockCase,
  weights: Weights,
  dy: Float32Array,
  training = true,
  forward = block.forward,
): { y: Float32Array; gradients: Record<string, Float32Array>; moving: Float32Array[] } {
  const held = makeVariables(tf, weights)
  const moving = makeMoving(tf, weights)
  const x = tf.tidy(() => tf.variable(tf.tensor(noise(size(block.x), 'x'), [...block.x])))
  const result = tf.tidy(() => {
    const outputs: Tensor[] = []
    const loss = (): Scalar => {
      const y = forward(x as unknown as Tensor5D, held, moving, training)
      outputs.push(tf.keep(y))
      return tf.sum(tf.mul(y, tf.tensor(dy, y.shape)))
    }
    const variables = [...(block.hasInputGradient ? [x] : []), ...Object.values(held)]
    const { grads } = tf.variableGrads(loss, variables)
    const gradients = Object.fromEntries(
      [['x', x] as const, ...Object.entries(held)].flatMap(([name, variable]) => {
        const gradient = grads[variable.name]
        return gradient === undefined ? [] : [[name, gradient.dataSync<'float32'>()]]
      }),
    )
    const y = outputs[0]!.dataSync<'float32'>()
    tf.dispose(outputs)
    const after = Object.values(moving).flatMap(({ mean, variance }) => [mean, variance])
    return { y, gradients, moving: after.map((variable) => variable.dataSync<'float32'>()) }
  })
  tf.dispose([x, ...Object.values(held)])
  tf.dispose(Object.values(moving).flatMap(({ mean, variance }) => [mean, variance]))
  return result
}

describe.each(cases)('$name', (block) => {
  const weights = makeWeights(block.shapes, 'mixed')
  const x = Float64Array.from(noise(size(block.x), 'x'))
  const step = block.expected(x, weights)
  const dy = noise(step.y.length, 'dy')

  it('gives output and gradients of plain loops, with ReLUs open and shut', () => {
    const { y, gradients } = run(block, weights, dy)
    const expected: Record<string, Numbers> = {}
    const dx = step.backward(Float64Array.from(dy), expected)
    if (block.hasInputGradient) expected['x'] = dx
    expect(relativeError(y, step.y)).toBeLessThan(1e-5)
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(expected).sort())
    for (const [name, gradient] of Object.entries(gradients)) {
      // A bias in front of a normalisation has no gradient; the loops leave rounding there.
      if (/^conv[12]?\/bias/.test(name)) expect(Math.max(...gradient.map(Math.abs)), name).toBe(0)
      else expect(relativeError(gradient, expected[name]!), name).toBeLessThan(1e-4)
    }
  })

  it('uses the moving statistics outside training, and lets gradients through', () => {
    const fusedRun = run(block, weights, dy, false)
    const plainRun = run(block, weights, dy, false, plainForward)
    expect(relativeError(fusedRun.y, plainRun.y)).toBeLessThan(1e-5)
    for (const [name, gradient] of Object.entries(fusedRun.gradients))
      expect(relativeError(gradient, plainRun.gradients[name]!), name).toBeLessThan(1e-4)
    expect(fusedRun.moving).toEqual(plainRun.moving)
  })

  it('gives the same numbers every time, and keeps no tensor', () => {
    const first = run(block, weights, dy)
    const before = tf.memory().numTensors
    expect(run(block, weights, dy)).toEqual(first)
    expect(tf.memory().numTensors).toBe(before)
  })
})

/** Any of the blocks in operations of TensorFlow.js, normalised by the moving statistics. */
function plainForward(
  x: Tensor5D,
  held: Record<string, Variable>,
  moving: Record<string, Moving>,
): Tensor {
  const norm = (input: Tensor, name: string): Tensor5D => {
    const { mean, variance } = moving[name]!
    const scale = tf.mul(held[`${name}/gamma`]!, tf.rsqrt(tf.add(variance, reference.epsilon)))
    const centred = tf.sub(input, mean)
    return tf.relu<Tensor5D>(tf.add(tf.mul(centred, scale), held[`${name}/beta`]!))
  }
  const convolve = (input: Tensor, name: string, stride: number, pad: 'same' | 'valid'): Tensor5D =>
    tf.add(
      tf.conv3d(input as Tensor5D, held[`${name}/kernel`] as unknown as Tensor5D, stride, pad),
      held[`${name}/bias`]!,
    )
  if ('conv/kernel' in held)
    return tf.maxPool3d(norm(convolve(x, 'conv', 2, 'same'), 'norm'), 3, 2, 'same')
  if ('norm/gamma' in held) return tf.mean(norm(x, 'norm'), [1, 2, 3])
  const isStrided = 'shortcut/kernel' in held && strided.has(x.shape.join())
  const stride = isStrided ? 2 : 1
  const inner = convolve('norm1/gamma' in held ? norm(x, 'norm1') : x, 'conv1', stride, 'valid')
  const outer = convolve(norm(inner, 'norm2'), 'conv2', 1, 'same')
  const last = convolve(norm(outer, 'norm3'), 'conv3', 1, 'valid')
  return tf.add(last, 'shortcut/kernel' in held ? convolve(x, 'shortcut', stride, 'valid') : x)
}

const strided = new Set(cases.filter(({ name }) => /stride 2/.test(name)).map(({ x }) => x.join()))

describe('fused blocks', () => {
  it('move the statistics towards those of the batch', () => {
    const moving = makeMoving(tf, makeWeights(normShapes('norm', 4), 'mixed'))
    const before = moving['norm']!.mean.dataSync()
    const x = tf.tensor5d([1, 2, 3, 4, 3, 2, 1, 0], [2, 1, 1, 1, 4])
    const norm = { gamma: tf.ones([4]), beta: tf.zeros([4]) }
    const { mean, variance } = moving['norm']!
    blocks.head(
      x,
      { ...norm, movingMean: mean, movingVariance: variance },
      { training: true, momentum: 0.75 },
    )
    mean.dataSync().forEach((value, c) => expect(value).toBeCloseTo(before[c]! * 0.75 + 0.5, 6))
  })

  it('refuse channels that fill no whole vectors, and a missing projection', () => {
    const attempt = (from: number, to: number, stride: 1 | 2): unknown => {
      const weights = makeWeights(
        bottleneckShapes(from, 4, to, { normalisesInput: true, projects: false }),
        'mixed',
      )
      try {
        const held = makeVariables(tf, weights)
        const input = tf.zeros([1, 2, 2, 2, from])
        return blocks.bottleneck(input as Tensor5D, bottleneckOf(held, makeMoving(tf, weights)), {
          training: true,
          stride,
        })
      } catch (error) {
        return error
      }
    }
    expect(isLimbicError(attempt(6, 6, 1), 'VALUE_INVALID')).toBe(true)
    expect(isLimbicError(attempt(8, 4, 1), 'SHAPE_MISMATCH')).toBe(true)
    expect(isLimbicError(attempt(8, 8, 2), 'SHAPE_MISMATCH')).toBe(true)
  })
})
