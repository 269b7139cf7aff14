import { describe, expect, it } from 'vitest'
import { cnn1dTraining } from '../../../models/index.ts'
import { silent } from '../../../src/core/events.ts'
import { createRng } from '../../../src/core/rng.ts'
import { trainNetwork, type NetworkTask } from '../../../src/train/network/train-network.ts'
import { readWeights } from '../../../src/train/network/weights.ts'
import { openTestEngine } from './_engine.ts'
import { createProblem } from './_problem.ts'

const engine = await openTestEngine()
const { tf } = engine

function createTask(overrides: Partial<NetworkTask['training']>): NetworkTask {
  const problem = createProblem({ nFeatures: 4, separation: 3 })
  const features = problem.features.data as Float32Array
  return {
    engine,
    model: tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [2, 2, 1] }),
        tf.layers.dense({ units: 3, kernelInitializer: 'zeros', biasInitializer: 'ones' }),
      ],
    }),
    sampleShape: [2, 2, 1],
    samples: { features, labels: problem.labels },
    nClasses: 3,
    training: {
      ...cnn1dTraining.compact,
      epochs: 10,
      batchSize: 16,
      inputNoise: 0,
      learningRate: 0.05,
      ...overrides,
    },
    rng: createRng(1),
    onEpochStream: () => undefined,
    emit: silent,
    stage: 'train test',
  }
}

describe('trainNetwork', () => {
  it('trains any model with logits at its end, whatever the shape of a sample', async () => {
    const task = createTask({})
    const records = await trainNetwork(task)
    expect(records.map((record) => record.epoch)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(records[0]!.loss).toBeLessThan(1.2)
    expect(records.at(-1)!.loss).toBeLessThan(records[0]!.loss)
    expect(records.at(-1)!.accuracy).toBeGreaterThan(0.9)
    task.model.dispose()
  })

  it('starts from the loss of a guess: ln of the number of classes', async () => {
    const task = createTask({ epochs: 1, batchSize: 1000, labelSmoothing: 0.3 })
    const [record] = await trainNetwork(task)
    expect(record!.loss).toBeCloseTo(Math.log(3), 5)
    task.model.dispose()
  })

  it('decays kernels and leaves biases alone', async () => {
    // Without any signal in the features, nothing but decay acts on the kernel.
    const decayed = async (weightDecay: number) => {
      const task = createTask({ epochs: 1, batchSize: 1000, weightDecay, warmUpEpochs: 0 })
      const samples = { ...task.samples, features: new Float32Array(task.samples.features.length) }
      tf.tidy(() => task.model.setWeights([tf.ones([4, 3]), tf.ones([3])]))
      await trainNetwork({ ...task, samples })
      const [kernel, bias] = await readWeights(task.model)
      task.model.dispose()
      return { kernel: kernel!.data[0]!, bias: bias!.data[0]! }
    }
    const [without, half] = [await decayed(0), await decayed(0.5)]
    expect(without.kernel).toBe(1)
    expect(half.kernel).toBeCloseTo(1 - 0.05 * 0.5, 6)
    expect(half.bias).toBe(without.bias)
  })

  it('tells dropout of a new stream every epoch', async () => {
    const draws: number[] = []
    const task = createTask({ epochs: 3 })
    await trainNetwork({ ...task, onEpochStream: (stream) => draws.push(stream.uniform()) })
    expect(new Set(draws).size).toBe(3)
    task.model.dispose()
  })
})
