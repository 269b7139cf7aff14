/** Fused blocks and pooling on the GPU against loops in float64: odd sizes, stride 2, batches of 1 and 3, ReLUs open and shut, negative windows. */
import { expect, it } from 'vitest'
import { poolVolume } from '../../src/engine/cpu/volume-shape.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { referenceMaxPool } from '../../src/engine/self-test/volume-reference.ts'
import { noise, relativeError, size } from '../engine/_tensors.ts'
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
} from '../engine/fused/_blocks.ts'
import * as reference from '../engine/fused/_reference.ts'
import type { Numbers, Shape, Step, Weights } from '../engine/fused/_reference.ts'
import { describeGpu, hasDriver, useGpu } from '../engine/webgpu/_gpu.ts'
import type { Tensor, Tensor5D, Variable } from '@tensorflow/tfjs-core'

const { tf, fused } = (hasDriver ? (await useGpu()).engine : {}) as Engine
const settings = { training: true, epsilon: reference.epsilon }

interface BlockCase {
  readonly name: string
  readonly x: Shape
  readonly shapes: Record<string, Shape>
  forward(x: Tensor5D, held: Record<string, Variable>, moving: Record<string, Moving>): Tensor
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
    name: `bottleneck ${x.join('x')} -> ${filters} -> ${to}, stride ${stride}`,
    ...{ x, shapes: bottleneckShapes(x[4]!, filters, to, options) },
    forward: (input, held, moving) =>
      fused!.bottleneck(input, bottleneckOf(held, moving), { ...settings, stride }),
    expected: (values, weights) => reference.bottleneck(values, x, weights, stride),
  }
}

const cases: readonly BlockCase[] = [
  {
    name: 'stem',
    x: [3, 7, 6, 9, 1],
    shapes: { ...convolutionShapes('conv', 7, 1, 8), ...normShapes('norm', 8) },
    forward: (input, held, moving) => {
      const weights = { conv: convolutionOf(held, 'conv'), norm: normOf(held, moving, 'norm') }
      return fused!.stem(input, weights, settings)
    },
    expected: (values, weights) => reference.stem(values, [3, 7, 6, 9, 1], weights),
  },
  bottleneckCase([1, 3, 4, 5, 8], 4, 8, 1, { normalisesInput: true, projects: false }),
  bottleneckCase([3, 5, 4, 3, 8], 4, 16, 2, { normalisesInput: true, projects: true }),
  {
    name: 'head',
    x: [3, 3, 1, 2, 8],
    shapes: normShapes('norm', 8),
    forward: (input, held, moving) => fused!.head(input, normOf(held, moving, 'norm'), settings),
    expected: (values, weights) => reference.head(values, [3, 3, 1, 2, 8], weights),
  },
]

/** Output, and gradients of the input and of every weight. */
async function run(
  block: BlockCase,
  weights: Weights,
  dy: Float32Array,
): Promise<{ y: Float32Array; gradients: Map<string, Float32Array> }> {
  const held = makeVariables(tf, weights)
  const moving = makeMoving(tf, weights)
  const x = tf.variable(tf.tensor(noise(size(block.x), 'x'), [...block.x]))
  const named = new Map<string, Variable>([['x', x], ...Object.entries(held)])
  const outputs: Tensor[] = []
  const { grads } = tf.variableGrads(
    () => {
      const y = block.forward(x as unknown as Tensor5D, held, moving)
      outputs.push(tf.keep(y))
      return tf.sum(tf.mul(y, tf.tensor(dy, y.shape)))
    },
    [...named.values()].filter((variable) => variable !== x || block.name !== 'stem'),
  )
  const gradients = new Map<string, Float32Array>()
  for (const [name, { name: variable }] of named) {
    const gradient = grads[variable]
    if (gradient !== undefined) gradients.set(name, await gradient.data<'float32'>())
  }
  return { y: await outputs[0]!.data<'float32'>(), gradients }
}

describeGpu('the GPU against loops in float64 (needs a GPU driver)', () => {
  it.each(cases)('$name, with ReLUs open and shut', async (block) => {
    const weights = makeWeights(block.shapes, 'mixed')
    const step = block.expected(Float64Array.from(noise(size(block.x), 'x')), weights)
    const dy = noise(step.y.length, 'dy')
    const { y, gradients } = await run(block, weights, dy)
    const expected: Record<string, Numbers> = {}
    expected['x'] = step.backward(Float64Array.from(dy), expected)
    expect(relativeError(y, step.y)).toBeLessThan(1e-5)
    expect(gradients.size).toBeGreaterThanOrEqual(2)
    for (const [name, gradient] of gradients) {
      // A bias in front of a normalisation has no gradient but rounding.
      if (/^conv[12]?\/bias/.test(name))
        expect(Math.max(...gradient.map(Math.abs)), name).toBeLessThan(1e-4)
      else expect(relativeError(gradient, expected[name]!), name).toBeLessThan(1e-4)
    }
  })

  it.each([0, -20])('max pooling, values shifted by %i', async (offset) => {
    for (const [shape, filterSize, strides] of [
      [[1, 5, 6, 7, 4], 3, 2],
      [[3, 5, 4, 3, 3], 3, 2],
    ] as const) {
      const volume = poolVolume([...shape], { filterSize, strides, pad: 'same' })
      const x = noise(size(shape), 'x').map((value) => value + offset)
      const dy = noise(volume.N * size(volume.output) * volume.C, 'dy')
      const expected = referenceMaxPool(volume, x, dy)
      const pool = (t: Tensor): Tensor => tf.maxPool3d(t as Tensor5D, filterSize, strides, 'same')
      const input = tf.tensor(x, [...shape])
      const y = pool(input)
      const dx = tf.grad(pool)(input, tf.tensor(dy, y.shape))
      expect(await y.data()).toEqual(Float32Array.from(expected.y))
      expect(relativeError(await dx.data<'float32'>(), expected.dx)).toBeLessThan(1e-5)
    }
  })
})
