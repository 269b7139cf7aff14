/** Both networks, trained for 20 steps on every engine that can be had here: the same losses; the small ones also on the stock backend of TensorFlow.js. */
import { describe, expect, it } from 'vitest'
import { cnn1d, resnet3d } from '../../models/index.ts'
import { createRng } from '../../src/core/rng.ts'
import { openCpuEngine } from '../../src/engine/cpu/open-cpu-engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { noise, size } from '../engine/_tensors.ts'
import { describeGpu, hasDriver, useGpu } from '../engine/webgpu/_gpu.ts'
import type { Optimizer, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'

const gpu = hasDriver ? (await useGpu()).engine : undefined
const cpu = await openCpuEngine(1)
const { tf } = cpu

const nClasses = 3
const batch = 4

interface Network {
  readonly name: string
  readonly shape: readonly number[]
  readonly learningRate: number
  readonly build: (fused: Engine['fused']) => LayersModel
}

const volume = [9, 8, 7] as const
const common = { nClasses, seed: 3, output: 'logits' } as const
const networks: readonly Network[] = [
  {
    name: 'the 1D CNN of the paper',
    shape: [56, 1],
    learningRate: 1e-4,
    build: () => cnn1d(tf, { ...common, ...dropout(), preset: 'paper', inputLength: 56 }),
  },
  {
    name: 'the compact 1D CNN',
    shape: [12, 1],
    learningRate: 1e-3,
    build: () => cnn1d(tf, { ...common, ...dropout(), preset: 'compact', inputLength: 12 }),
  },
  {
    name: 'the compact 3D ResNet',
    shape: [...volume, 1],
    learningRate: 1e-3,
    build: (fused) =>
      resnet3d(tf, { ...common, ...dropout(), preset: 'compact', shape: volume, fused }),
  },
]

/** The same masks on every engine. */
function dropout(): { readonly dropoutSource: ReturnType<typeof createRng> } {
  return { dropoutSource: createRng('masks') }
}

/** Losses of some steps, on the backend that is current. */
async function train(
  network: Network,
  fused: Engine['fused'],
  createOptimizer: (learningRate: number) => Optimizer,
  nSteps = 20,
): Promise<{ losses: number[]; counts: Set<number> }> {
  const model = network.build(fused)
  const optimizer = createOptimizer(network.learningRate)
  const variables = model.trainableWeights.map((weight) => weight.read() as Variable)
  const labels = Array.from({ length: batch }, (_, i) => i % nClasses)
  const targets = tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), nClasses))
  const losses: number[] = []
  const counts = new Set<number>()
  for (let step = 0; step < nSteps; step++) {
    const loss = (): Scalar => {
      const shape = [batch, ...network.shape]
      const x = tf.tensor(noise(size(shape), `step ${step}`), shape)
      const logits = model.apply(x, { training: true }) as Tensor
      return tf.losses.softmaxCrossEntropy<Tensor, Scalar>(targets, logits)
    }
    const value = optimizer.minimize(loss, true, variables)!
    losses.push((await value.data())[0]!)
    value.dispose()
    if (step > 0) counts.add(tf.memory().numTensors)
  }
  optimizer.dispose()
  model.dispose()
  targets.dispose()
  return { losses, counts }
}

async function on<T>(backend: string, run: () => Promise<T>): Promise<T> {
  await tf.setBackend(backend)
  return run()
}

const onCpu = (network: Network, nSteps?: number): ReturnType<typeof train> =>
  on('limbic-cpu', () =>
    train(network, cpu.fused, (learningRate) => cpu.createAdam({ learningRate }), nSteps),
  )

function expectSameCurve(own: readonly number[], expected: readonly number[]): void {
  own.forEach((loss, i) =>
    expect(Math.abs(loss - expected[i]!), `step ${i}: ${loss}, ${expected[i]}`).toBeLessThan(1e-4),
  )
  // A curve that stands still would prove nothing.
  expect(Math.max(...own) - Math.min(...own)).toBeGreaterThan(0.01)
}

// The stock backend would take minutes for the other one.
const small = networks.filter(({ name }) => name.includes('compact'))

describe.each(small)('$name', (network) => {
  it('trains on the cpu engine as on stock TensorFlow.js, and loses no tensor', async () => {
    const own = await onCpu(network)
    const stock = await on('cpu', () => train(network, undefined, (rate) => tf.train.adam(rate)))
    expectSameCurve(own.losses, stock.losses)
    expect(own.counts.size).toBe(1)
  })

  it('holds as many tensors after 100 steps as after one', async () => {
    expect((await onCpu(network, 100)).counts.size).toBe(1)
  })
})

describeGpu('networks on the GPU (needs a GPU driver)', () => {
  it.each(networks)(
    '$name trains as on the cpu engine, and loses no tensor',
    async (network) => {
      const own = await on('limbic-webgpu', () =>
        train(network, gpu!.fused, (learningRate) => gpu!.createAdam({ learningRate })),
      )
      expectSameCurve(own.losses, (await onCpu(network)).losses)
      expect(own.counts.size).toBe(1)
    },
    400_000,
  )
})
