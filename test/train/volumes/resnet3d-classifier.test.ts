import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent, type Emit } from '../../../src/core/events.ts'
import { createRng } from '../../../src/core/rng.ts'
import type { VolumeFitContext } from '../../../src/train/classifier.ts'
import {
  fitResnet3d,
  fitResnet3dVolumes,
  resnet3dClassifier,
} from '../../../src/train/volumes/resnet3d-classifier.ts'
import { volumeLabels } from '../../../src/train/volumes/volume-samples.ts'
import { openTestEngine } from '../network/_engine.ts'
import { accuracy } from '../network/_problem.ts'
import { grid, makeRuns } from './_volumes.ts'

const signal = 0.7
const options = { epochs: 5, members: 1, batchSize: 8, inputNoise: 0.2, volumeZ: false }
const services = {
  rng: createRng(1),
  emit: silent,
  openEngine: openTestEngine,
}
const context = (changes: Partial<VolumeFitContext> = {}): VolumeFitContext => ({
  ...services,
  ...changes,
})
const { samples } = makeRuns([24, 24], { signal })
const other = makeRuns([24], { signal, subject: '02' }).samples
const volumesOf = async () => other.runs[0]!.read()

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'limbic-resnet3d-'))
})
afterAll(() => rm(dir, { recursive: true }))

describe('fitResnet3dVolumes', () => {
  it('learns from runs on disk and scores volumes of another subject', async () => {
    const state = await fitResnet3dVolumes(samples, { ...options, epochs: 12 }, context())
    const volumes = await volumesOf()
    const scores = await resnet3dClassifier.score(state, volumes, context())
    expect([scores.nRows, scores.nCols]).toEqual([24, 2])
    expect(accuracy(scores.data, volumeLabels(other))).toBeGreaterThan(0.85)
    expect(state).toMatchObject({ nFeatures: 22, nClasses: 2, preset: 'compact', volumeZ: false })
    expect(state.fittedOn).toEqual(['sub-01/task-a/run-1', 'sub-01/task-a/run-2'])
    const scorer = await resnet3dClassifier.createScorer!(state, context())
    const single = { ...volumes, data: volumes.data.slice(0, 22), nRows: 1 }
    const one = await scorer.score(single)
    one.data.forEach((value, c) => expect(value).toBeCloseTo(scores.data[c]!, 4))
    scorer.dispose()
  })

  it('gives the same weights for the same seed, and others for another', async () => {
    const fit = async (seed: number) => {
      const { weights } = await fitResnet3dVolumes(
        samples,
        options,
        context({ rng: createRng(seed) }),
      )
      return weights.map(({ data }) => [...data])
    }
    const first = await fit(1)
    expect(await fit(1)).toEqual(first)
    expect(await fit(2)).not.toEqual(first)
  })

  it('ends where it would have ended when it is killed and started again', async () => {
    const killed: Emit = (event) => {
      if (event.type === 'progress' && event.detail?.startsWith('epoch 3/5, loss') === true)
        throw new Error('killed')
    }
    const checkpointDir = join(dir, 'resume')
    const notes: string[] = []
    await expect(
      fitResnet3dVolumes(samples, options, context({ checkpointDir, emit: killed })),
    ).rejects.toThrow('killed')
    expect(await readdir(checkpointDir)).toHaveLength(1)
    const emit: Emit = (event) => event.type === 'note' && notes.push(event.message)
    const resumed = await fitResnet3dVolumes(samples, options, context({ checkpointDir, emit }))
    const whole = await fitResnet3dVolumes(samples, options, context())
    expect(notes).toEqual(['train resnet3d: resumed after epoch 2'])
    expect(resumed.weights).toEqual(whole.weights)
    expect(resumed.epochs).toEqual(whole.epochs)
    expect(await readdir(checkpointDir)).toEqual([])
  })

  it('pauses at the deadline, as often as it takes, and ends where it would have ended', async () => {
    const checkpointDir = join(dir, 'paused')
    const paused = context({ checkpointDir, deadline: Date.now() - 1 })
    for (let epoch = 1; epoch < options.epochs; epoch++)
      await expect(fitResnet3dVolumes(samples, options, paused)).rejects.toMatchObject({
        code: 'RUN_PAUSED',
        details: { at: `train resnet3d: epoch ${epoch} of 5` },
      })
    const resumed = await fitResnet3dVolumes(samples, options, paused)
    const whole = await fitResnet3dVolumes(samples, options, context())
    expect(resumed.weights).toEqual(whole.weights)
  })

  it('keeps the best epoch by subjects that it does not train on, and then says that it has seen them', async () => {
    const state = await fitResnet3dVolumes(
      samples,
      { ...options, keepBest: 'loss' },
      context({ validation: other }),
    )
    const losses = state.epochs.map((epoch) => epoch.validationLoss!)
    expect(losses).toHaveLength(5)
    expect(state.bestEpoch).toBe(1 + losses.indexOf(Math.min(...losses)))
    expect(state.fittedOn).toContain('sub-02/task-a/run-1')
    const idle = await fitResnet3dVolumes(samples, options, context({ validation: other }))
    expect(idle.fittedOn).not.toContain('sub-02/task-a/run-1')
    expect(idle.bestEpoch).toBeUndefined()
  })

  it('leaves no tensors behind', async () => {
    const { tf } = await openTestEngine()
    await fitResnet3dVolumes(samples, { ...options, epochs: 1 }, context())
    const before = tf.memory().numTensors
    const state = await fitResnet3dVolumes(samples, { ...options, epochs: 2 }, context())
    await resnet3dClassifier.score(state, await volumesOf(), context())
    expect(tf.memory().numTensors).toBe(before)
  })

  it('penalises the squares of kernels, those of shortcuts by a strength of their own', async () => {
    const lossOf = async (l2: number, shortcutL2: number) => {
      const settings = { ...options, epochs: 1, l2, shortcutL2 }
      const { epochs } = await fitResnet3dVolumes(samples, settings, context())
      return epochs[0]!.loss
    }
    const [none, shortcuts, others] = [
      await lossOf(0, 0),
      await lossOf(0, 1e-2),
      await lossOf(1e-2, 0),
    ]
    expect(shortcuts).toBeGreaterThan(none + 0.05)
    expect(others).toBeGreaterThan(shortcuts + 0.5)
  })

  it('refuses volumes of one class', async () => {
    const one = { ...samples, runs: [{ ...samples.runs[0]!, labels: new Int32Array(24) }] }
    await expect(fitResnet3dVolumes(one, options, context())).rejects.toThrow(/too few classes/)
  })
})

describe('fitResnet3d', () => {
  it('fits on volumes in memory as on volumes on disk', async () => {
    const volumes = await samples.runs[0]!.read()
    const { labels, key } = samples.runs[0]!
    const inMemory = { features: volumes, labels, nClasses: 2, runs: [key] }
    const state = await fitResnet3d({ ...inMemory, grid }, options, services)
    const run = { ...samples, runs: samples.runs.slice(0, 1) }
    const streamed = await fitResnet3dVolumes(run, options, context())
    expect(state.weights).toEqual(streamed.weights)
    await expect(fitResnet3d(inMemory, options, services)).rejects.toThrow(/voxels of a grid/)
  })
})
