import { it, expect } from 'vitest'
import { openCpuEngine } from '../../../src/engine/cpu/open-cpu-engine.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import type {
  BottleneckWeights,
  ConvolutionWeights,
  FusedBlocks,
  NormWeights,
  StemWeights,
} from '../../../src/engine/fused/blocks.ts'
import { describeGpu, hasDriver, numbers, useGpu } from './_gpu.ts'
import { plainBlocks } from './_plain-blocks.ts'
import type { Scalar, Tensor2D, Tensor5D, Variable } from '@tensorflow/tfjs-core'

const opened = hasDriver ? await useGpu() : undefined
const gpu = opened?.engine as Engine
const cpu = await openCpuEngine(1)
const { tf } = cpu

interface Net {
  readonly stem: StemWeights
  readonly first: BottleneckWeights
  readonly second: BottleneckWeights
  readonly head: NormWeights
  readonly dense: Variable
  readonly variables: readonly Variable[]
}

const classes = 3

/** A pre-activation residual net on [batch, 9, 10, 8, 1] volumes: both kinds of shortcut, both strides, and all of it in 20 variables or so. */
function createNet(): Net {
  const variables: Variable[] = []
  const make = (name: string, shape: number[], scale: number, offset = 0): Variable => {
    const values = numbers(shape, name).map((x) => offset + scale * x)
    const variable = tf.variable(tf.tensor(values, shape))
    variables.push(variable)
    return variable
  }
  const conv = (name: string, k: number, from: number, to: number): ConvolutionWeights => ({
    kernel: make(`${name}/kernel`, [k, k, k, from, to], Math.sqrt(3 / (k ** 3 * from))),
    bias: make(`${name}/bias`, [to], 0.1),
  })
  const norm = (name: string, channels: number): NormWeights => ({
    gamma: make(`${name}/gamma`, [channels], 0.2, 1),
    beta: make(`${name}/beta`, [channels], 0.2),
    movingMean: tf.variable(tf.tensor(numbers([channels], `${name}/mean`)), false),
    movingVariance: tf.variable(tf.ones([channels]), false),
  })
  return {
    stem: { conv: conv('stem', 7, 1, 8), norm: norm('stem', 8) },
    first: {
      conv1: conv('a1', 1, 8, 4),
      norm2: norm('a2', 4),
      conv2: conv('a2', 3, 4, 4),
      norm3: norm('a3', 4),
      conv3: conv('a3', 1, 4, 16),
      shortcut: conv('a', 1, 8, 16),
    },
    second: {
      norm1: norm('b1', 16),
      conv1: conv('b1', 1, 16, 4),
      norm2: norm('b2', 4),
      conv2: conv('b2', 3, 4, 4),
      norm3: norm('b3', 4),
      conv3: conv('b3', 1, 4, 16),
    },
    head: norm('head', 16),
    dense: make('dense', [16, classes], 0.5),
    variables,
  }
}

function score(blocks: FusedBlocks, net: Net, x: Tensor5D, training: boolean): Tensor2D {
  const pooled = blocks.stem(x, net.stem, { training })
  const wide = blocks.bottleneck(pooled, net.first, { training, stride: 2 })
  const deep = blocks.bottleneck(wide, net.second, { training, stride: 1 })
  return tf.matMul(blocks.head(deep, net.head, { training }), net.dense)
}

function lossOf(blocks: FusedBlocks, net: Net, batch: number, step: number): Scalar {
  const shape = [batch, 9, 10, 8, 1] as [number, number, number, number, number]
  const x = tf.tensor5d(numbers(shape, `volumes ${step}`), shape)
  const labels = Array.from({ length: batch }, (_, i) => (i + step) % classes)
  const targets = tf.oneHot(tf.tensor1d(labels, 'int32'), classes)
  const logits = score(blocks, net, x, true)
  return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)))
}

/** Loss, gradients of all variables, and scores outside training, as plain arrays. */
async function evaluate(blocks: FusedBlocks, batch: number): Promise<Float32Array[]> {
  const net = createNet()
  const results = tf.tidy(() => {
    const { value, grads } = tf.variableGrads(
      () => lossOf(blocks, net, batch, 0),
      [...net.variables],
    )
    const x = tf.tensor5d(numbers([batch, 9, 10, 8, 1], 'others'), [batch, 9, 10, 8, 1])
    const moving = [net.second.norm3.movingMean, net.second.norm3.movingVariance]
    return [
      value,
      ...net.variables.map((variable) => grads[variable.name]!),
      ...moving.map((variable) => tf.clone(variable)),
      score(blocks, net, x, false),
    ]
  })
  return Promise.all(results.map(async (tensor) => (await tensor.data()) as Float32Array))
}

async function train(
  engine: Engine,
  blocks: FusedBlocks,
  nSteps: number,
): Promise<{ losses: number[]; counts: Set<number> }> {
  const net = createNet()
  const optimizer = engine.createAdam({
    ...{ learningRate: 3e-3, weightDecay: 0.01 },
    l1: (name) => (name === net.dense.name ? 1e-3 : 0),
  })
  const [losses, counts]: [number[], Set<number>] = [[], new Set()]
  for (let step = 0; step < nSteps; step++) {
    const loss = optimizer.minimize(() => lossOf(blocks, net, 3, step), true, [...net.variables])!
    losses.push((await loss.data())[0]!)
    loss.dispose()
    if (step > 0) counts.add(tf.memory().numTensors)
  }
  optimizer.dispose()
  return { losses, counts }
}

const onBackend = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
  await tf.setBackend(name)
  return run()
}

describeGpu('fused blocks on the GPU (needs a GPU driver)', () => {
  it.each([1, 3])('give the values and gradients of plain operations, batch %i', async (batch) => {
    const own = await onBackend('limbic-webgpu', () => evaluate(gpu.fused!, batch))
    const expected = await onBackend('limbic-cpu', () => evaluate(plainBlocks(tf), batch))
    // Biases before a normalisation have no gradient at all but rounding, hence a common scale.
    const scale = Math.max(
      ...expected
        .slice(1, -3)
        .flatMap((values) => values.map(Math.abs))
        .flatMap((values) => [...values]),
    )
    expected.forEach((values, i) =>
      values.forEach((value, j) =>
        expect(Math.abs(value - own[i]![j]!), `array ${i}, element ${j}`).toBeLessThan(
          1e-5 * Math.max(1, scale),
        ),
      ),
    )
  })

  it('train as the cpu engine does over 20 steps of Adam, and lose no tensor', async () => {
    const own = await onBackend('limbic-webgpu', () => train(gpu, gpu.fused!, 20))
    const expected = await onBackend('limbic-cpu', () => train(cpu, plainBlocks(tf), 20))
    own.losses.forEach((loss, i) => expect(Math.abs(loss - expected.losses[i]!)).toBeLessThan(1e-4))
    expect(own.losses.at(-1)).not.toBeCloseTo(own.losses[0]!, 2)
    expect(own.counts.size).toBe(1)
  })

  it('give the same bits again', async () => {
    const [first, second] = await onBackend('limbic-webgpu', async () => [
      await evaluate(gpu.fused!, 3),
      await evaluate(gpu.fused!, 3),
    ])
    expect(second).toEqual(first)
  })
})
