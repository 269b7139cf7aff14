import { describe, it, expect } from 'vitest'
import { openEngine, type FusedBlocks } from '../../../src/engine/index.ts'
import { defineResidualParts } from '../../../models/resnet3d-layers.ts'
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
} from './_blocks.ts'
import * as reference from './_reference.ts'
import type { Numbers, Weights } from './_reference.ts'
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core'
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'

const engine = await openEngine('cpu')
const { tf, fused } = engine

const shape = [3, 13, 12, 10, 1] as const
const parts = {
  stem: { ...convolutionShapes('conv', 7, 1, 8), ...normShapes('norm', 8) },
  first: bottleneckShapes(8, 4, 16, { normalisesInput: false, projects: true }),
  second: bottleneckShapes(16, 4, 16, { normalisesInput: true, projects: false }),
  third: bottleneckShapes(16, 8, 32, { normalisesInput: true, projects: true }),
  head: normShapes('norm', 32),
}
type Part = keyof typeof parts
const names = Object.keys(parts) as Part[]

describe('a small network of fused blocks', () => {
  const weights = Object.fromEntries(
    names.map((name) => [name, makeWeights(parts[name], 'margin', name)]),
  ) as Record<Part, Weights>
  const x = noise(size(shape), 'image')
  const dy = noise(3 * 32, 'dy')

  it('has the gradients of float64 loops in every weight', () => {
    const expected = referenceGradients()
    const held = Object.fromEntries(
      names.map((name) => [name, makeVariables(tf, weights[name])]),
    ) as Record<Part, Record<string, Variable>>
    const gradients = tf.tidy(() => {
      const variables = Object.values(held).flatMap((part) => Object.values(part))
      const { grads } = tf.variableGrads(() => forward(held), variables)
      const numbers = (variable: Variable) => grads[variable.name]!.dataSync<'float32'>()
      return names.map((part) =>
        Object.entries(held[part]).map(([name, variable]) => [name, numbers(variable)] as const),
      )
    })
    names.forEach((part, i) => {
      for (const [name, gradient] of gradients[i]!) {
        const exact = expected[part]![name]!
        // With no ReLU near its edge, some gradients are zero but for rounding.
        const magnitude = Math.max(...exact.map(Math.abs))
        if (magnitude > 1e-6)
          expect(relativeError(gradient, exact), `${part} ${name}`).toBeLessThan(1e-3)
        else expect(Math.max(...gradient.map(Math.abs)), `${part} ${name}`).toBeLessThan(1e-4)
      }
    })
  })

  function forward(held: Record<Part, Record<string, Variable>>): Scalar {
    const blocks = fused!
    const settings = { training: true, epsilon: reference.epsilon }
    const moving = (part: Part) => makeMoving(tf, weights[part])
    const conv = convolutionOf(held.stem, 'conv')
    const image = tf.tensor5d(x, [...shape])
    let y = blocks.stem(image, { conv, norm: normOf(held.stem, moving('stem'), 'norm') }, settings)
    for (const part of ['first', 'second', 'third'] as const) {
      const stride = part === 'third' ? 2 : 1
      y = blocks.bottleneck(y, bottleneckOf(held[part], moving(part)), { ...settings, stride })
    }
    const pooled = blocks.head(y, normOf(held.head, moving('head'), 'norm'), settings)
    return tf.sum(tf.mul(pooled, tf.tensor(dy, pooled.shape)))
  }

  function referenceGradients(): Record<string, Record<string, Numbers>> {
    const steps: [Part, reference.Step][] = []
    let at: Pick<reference.Step, 'y' | 'shape'> = { y: Float64Array.from(x), shape }
    const add = (part: Part, step: reference.Step): void => {
      steps.push([part, step])
      at = step
    }
    add('stem', reference.stem(at.y, at.shape, weights.stem))
    add('first', reference.bottleneck(at.y, at.shape, weights.first, 1))
    add('second', reference.bottleneck(at.y, at.shape, weights.second, 1))
    add('third', reference.bottleneck(at.y, at.shape, weights.third, 2))
    add('head', reference.head(at.y, at.shape, weights.head))
    const gradients: Record<string, Record<string, Numbers>> = {}
    let d: Numbers = Float64Array.from(dy)
    for (const [part, step] of steps.reverse()) d = step.backward(d, (gradients[part] = {}))
    return gradients
  }
})

describe('layers of residual parts', () => {
  it('learn the same from fused blocks as from plain operations, and lose no tensor', () => {
    const runs = [fused, undefined].map((blocks) => {
      const model = buildModel(blocks)
      const variables = model.trainableWeights.map((weight) => weight.read() as Variable)
      const optimizer = engine.createAdam({ learningRate: 1e-3 })
      const input = tf.tensor(noise(size(shape), 'volumes'), [...shape])
      const targets = tf.tensor2d([1, 0, 0, 1, 1, 0], [3, 2])
      const counts = new Set<number>()
      const losses = [0, 1, 2, 3, 4].map((step) => {
        const scores = () => model.apply(input, { training: true }) as Tensor
        const loss = optimizer.minimize(
          () => tf.losses.softmaxCrossEntropy<Tensor, Scalar>(targets, scores()),
          true,
          variables,
        )!
        const [value] = loss.dataSync()
        loss.dispose()
        if (step > 0) counts.add(tf.memory().numTensors)
        return value!
      })
      const statistics = model.nonTrainableWeights.flatMap((w) => [...w.read().dataSync()])
      const scores = tf.tidy(() => (model.predict(input) as Tensor).dataSync<'float32'>())
      model.dispose()
      optimizer.dispose()
      tf.dispose([input, targets])
      expect(counts.size).toBe(1)
      return { losses, statistics, scores }
    })
    const [own, plain] = [runs[0]!, runs[1]!]
    expect(relativeError(own.losses, plain.losses)).toBeLessThan(1e-3)
    expect(relativeError(own.statistics, plain.statistics)).toBeLessThan(1e-3)
    expect(relativeError(own.scores, plain.scores)).toBeLessThan(1e-2)
  })
})

function buildModel(blocks: FusedBlocks | undefined): LayersModel {
  const { Stem, PreActBottleneck, NormPoolHead } = defineResidualParts(tf)
  const config = { epsilon: reference.epsilon, momentum: 0.9, seed: 3 }
  const layers = [
    new Stem({ ...config, name: 'stem', filters: 8 }),
    new PreActBottleneck({
      ...{ ...config, name: 'first', filters: 4, stride: 1 },
      normalisesInput: false,
    }),
    new PreActBottleneck({
      ...{ ...config, name: 'second', filters: 8, stride: 2 },
      normalisesInput: true,
    }),
    new NormPoolHead({ ...config, name: 'head' }),
  ]
  const input = tf.input({ shape: shape.slice(1) })
  const features = layers.reduce((x, layer) => {
    layer.fused = blocks
    return layer.apply(x) as SymbolicTensor
  }, input)
  const kernelInitializer = tf.initializers.glorotNormal({ seed: 4 })
  const output = tf.layers.dense({ units: 2, kernelInitializer }).apply(features)
  return tf.model({ inputs: input, outputs: output as SymbolicTensor })
}
