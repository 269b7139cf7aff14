import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cnn1dTraining } from '../../../models/index.ts'
import { silent } from '../../../src/core/events.ts'
import { createRng } from '../../../src/core/rng.ts'
import { openCheckpointStore } from '../../../src/train/network/checkpoint.ts'
import { createArrayFeed } from '../../../src/train/network/feed.ts'
import { trainNetwork, type NetworkTask } from '../../../src/train/network/train-network.ts'
import { openTrainingLog } from '../../../src/train/network/training-log.ts'
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
        tf.layers.dense({
          name: 'logits',
          units: 3,
          kernelInitializer: 'zeros',
          biasInitializer: 'ones',
        }),
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
      const { labels } = createProblem({ nFeatures: 4, separation: 3 })
      const samples = { features: new Float32Array(4 * labels.length), labels }
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

  it('takes batches and validation chunks from a feed as it takes arrays', async () => {
    const { labels, features } = createProblem({ nFeatures: 4, separation: 3 })
    const arrays = { features: features.data as Float32Array, labels }
    const train = async (changes: Partial<NetworkTask>) => {
      const task = { ...createTask({ epochs: 3, inputNoise: 0.1 }), ...changes }
      const records = await trainNetwork(task)
      const weights = await readWeights(task.model)
      task.model.dispose()
      return { records, weights: weights.map(({ data }) => [...data]) }
    }
    const { training, rng } = createTask({ epochs: 3, inputNoise: 0.1 })
    const feed = createArrayFeed(arrays, 3, training, rng.fork('pool'))
    const half = arrays.features.length / 2
    const fed = await train({
      samples: feed,
      validation: {
        labels,
        // eslint-disable-next-line @typescript-eslint/require-await -- a feed may wait
        async *chunks() {
          yield arrays.features.slice(0, half)
          yield arrays.features.slice(half)
        },
      },
    })
    expect(fed).toEqual(await train({ samples: arrays, validation: arrays }))
  })

  it('ends after the epoch in which its time is over, and says so', async () => {
    const notes: string[] = []
    const task = createTask({ epochs: 50 })
    const records = await trainNetwork({
      ...task,
      maxMinutes: 1e-9,
      emit: (event) => event.type === 'note' && notes.push(event.message),
    })
    expect(records).toHaveLength(1)
    expect(notes.join()).toContain('over after epoch 1 of 50')
    task.model.dispose()
  })

  it('pauses at the deadline with its checkpoint saved, and goes on from there', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'limbic-train-'))
    const checkpoints = openCheckpointStore(dir, 'a'.repeat(64))
    const log = openTrainingLog(join(dir, 'log.csv'))
    const paused = createTask({ epochs: 6, checkpointEvery: 4 })
    await expect(
      trainNetwork({ ...paused, checkpoints, log, deadline: Date.now() - 1 }),
    ).rejects.toMatchObject({ code: 'RUN_PAUSED', details: { at: 'train test: epoch 1 of 6' } })
    const [resumed, whole] = [createTask({ epochs: 6 }), createTask({ epochs: 6 })]
    const records = await trainNetwork({ ...resumed, checkpoints, log })
    expect(records).toEqual(await trainNetwork({ ...whole, deadline: Date.now() - 1 }))
    expect(await readWeights(resumed.model)).toEqual(await readWeights(whole.model))
    const rows = readFileSync(join(dir, 'log.csv'), 'utf8').trimEnd().split('\n')
    expect(rows.map((row) => row.split(',')[0])).toEqual(['epoch', ...'123456'])
    for (const { model } of [paused, resumed, whole]) model.dispose()
    rmSync(dir, { recursive: true })
  })

  it('says that training went astray, and keeps the checkpoint from before', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'limbic-train-'))
    const checkpoints = openCheckpointStore(dir, 'b'.repeat(64))
    const task = createTask({ epochs: 6 })
    const emit: NetworkTask['emit'] = (event) => {
      if (event.type === 'progress' && event.detail?.startsWith('epoch 2/6, loss') === true)
        tf.tidy(() => task.model.setWeights([tf.fill([4, 3], NaN), tf.ones([3])]))
    }
    await expect(trainNetwork({ ...task, checkpoints, emit })).rejects.toMatchObject({
      code: 'TRAIN_DIVERGED',
      details: { stage: 'train test', epoch: 3, loss: NaN },
    })
    task.model.dispose()
    rmSync(dir, { recursive: true })
  })

  it('counts samples by the name that they have', async () => {
    const units = new Set<string>()
    const details: string[] = []
    const task = createTask({ epochs: 2 })
    await trainNetwork({
      ...task,
      unit: 'volumes',
      emit: (event) => {
        if (event.type === 'start' || event.type === 'progress') units.add(event.unit ?? '')
        if (event.type === 'progress') details.push(event.detail ?? '')
      },
    })
    expect([...units]).toEqual(['volumes'])
    expect(details.at(-1)).toMatch(/epoch 2\/2, loss [\d.]+, \d+ volumes\/s/)
    task.model.dispose()
  })
})
