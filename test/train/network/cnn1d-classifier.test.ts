import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { silent, type StageEvent } from '../../../src/core/events.ts'
import { createRng } from '../../../src/core/rng.ts'
import type { FitContext } from '../../../src/train/classifier.ts'
import { fitLdaWeights } from '../../../src/train/linear/lda.ts'
import { scoreLinear } from '../../../src/train/linear/linear-state.ts'
import {
  cnn1dClassifier,
  type Cnn1dFitOptions,
  type Cnn1dState,
} from '../../../src/train/network/index.ts'
import { applyProjection } from '../../../src/train/network/projection.ts'
import { openTestEngine } from './_engine.ts'
import { accuracy, createProblem, createXorProblem } from './_problem.ts'

const engine = await openTestEngine()
const folders: string[] = []

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

function context(overrides: Partial<FitContext> = {}): FitContext {
  return {
    rng: createRng(7),
    emit: silent,
    openEngine: () => Promise.resolve(engine),
    ...overrides,
  }
}

const quick: Cnn1dFitOptions = { epochs: 4, batchSize: 16 }
/** The paper's network with settings under which a few steps teach it something. */
const quickPaper: Cnn1dFitOptions = {
  preset: 'paper',
  epochs: 1,
  batchSize: 8,
  learningRate: 1e-3,
  l1: 1e-5,
}

describe('the compact preset', () => {
  it('before training scores as half the linear discriminant on its own components', async () => {
    const train = createProblem({ nFeatures: 9 })
    const test = createProblem({ nFeatures: 9, run: 'sub-01/task-a/run-2' })
    const state = await cnn1dClassifier.fit(train, { epochs: 0 }, context())
    const componentsOf = (features: typeof train.features) => ({
      data: applyProjection(state.projection!, features),
      nRows: features.nRows,
      nCols: state.projection!.nComponents,
    })
    const lda = fitLdaWeights(componentsOf(train.features), train.labels, 3, 0.6)
    const linear = { ...lda, nClasses: 3, nFeatures: 9 }
    const expected = scoreLinear(linear, componentsOf(test.features)).data
    const found = (await cnn1dClassifier.score(state, test.features, context())).data
    expect(found.length).toBe(expected.length)
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]! / 2, 4)
    expect(state.epochs).toEqual([])
  })

  it('learns what no linear model can, beside a discriminant that stays as it was', async () => {
    const train = createXorProblem('sub-01/task-a/run-1')
    const test = createXorProblem('sub-01/task-a/run-2')
    const accuracyOf = async (state: Cnn1dState) =>
      accuracy((await cnn1dClassifier.score(state, test.features, context())).data, test.labels)
    const untrained = await cnn1dClassifier.fit(train, { epochs: 0 }, context())
    const options: Cnn1dFitOptions = {
      epochs: 40,
      batchSize: 32,
      learningRate: 0.02,
      inputNoise: 0.1,
    }
    const state = await cnn1dClassifier.fit(train, options, context())
    expect(await accuracyOf(untrained)).toBeLessThan(0.65)
    expect(await accuracyOf(state)).toBeGreaterThan(0.85)
    expect(state.epochs).toHaveLength(40)
    expect(state.epochs.at(-1)!.loss).toBeLessThan(0.8 * state.epochs[0]!.loss)
    const weight = (of: Cnn1dState, name: string) => of.weights.find((w) => w.name === name)!.data
    for (const name of ['lda/kernel', 'lda/bias'])
      expect(weight(state, name)).toEqual(weight(untrained, name))
    for (const name of ['conv1/kernel', 'branch/kernel', 'norm1/moving_mean'])
      expect(weight(state, name)).not.toEqual(weight(untrained, name))
  })

  it('gives a rare class its due', async () => {
    const counts = [60, 8]
    const train = createProblem({ counts, separation: 0.5 })
    const test = createProblem({ counts: [50, 50], separation: 0.5, run: 'sub-01/task-a/run-2' })
    const recallOfRare = async (balance: 'weights' | 'none') => {
      const options: Cnn1dFitOptions = { ...quick, epochs: 20, learningRate: 0.01, balance }
      const state = await cnn1dClassifier.fit(train, options, context())
      const { data } = await cnn1dClassifier.score(state, test.features, context())
      const rare = Array.from(test.labels.keys()).filter((row) => test.labels[row] === 1)
      return rare.filter((row) => data[2 * row + 1]! > data[2 * row]!).length / rare.length
    }
    expect(await recallOfRare('weights')).toBeGreaterThan(await recallOfRare('none'))
  })

  it('never predicts a class that had no samples, and stays finite', async () => {
    const train = { ...createProblem({ counts: [20, 20] }), nClasses: 3 }
    const state = await cnn1dClassifier.fit(train, quick, context())
    const { data } = await cnn1dClassifier.score(state, train.features, context())
    expect([...data].every(Number.isFinite)).toBe(true)
    expect(accuracy(data, train.labels)).toBeGreaterThan(0.9)
  })

  it('trains on fewer samples than a batch, and with one feature', async () => {
    const train = createProblem({ counts: [3, 2], nFeatures: 1, separation: 5 })
    const state = await cnn1dClassifier.fit(train, { epochs: 2 }, context())
    expect(state.epochs).toHaveLength(2)
    expect(state.projection!.nComponents).toBe(1)
  })
})

describe('the paper preset', () => {
  it('takes the features as they are and trains without failing', async () => {
    const train = createProblem({ nFeatures: 60, counts: [10, 6] })
    const state = await cnn1dClassifier.fit(train, quickPaper, context())
    expect(state.projection).toBeNull()
    expect(state.epochs).toHaveLength(1)
    expect(Number.isFinite(state.epochs[0]!.loss)).toBe(true)
    const { data, nRows, nCols } = await cnn1dClassifier.score(state, train.features, context())
    expect([nRows, nCols]).toEqual([16, 2])
    expect([...data].every(Number.isFinite)).toBe(true)
  })

  it('moves no bias by its L1 penalty alone', async () => {
    const features = { data: new Float32Array(8 * 60), nRows: 8, nCols: 60 }
    const labels = Int32Array.of(0, 1, 0, 1, 0, 1, 0, 1)
    const train = { features, labels, nClasses: 2, runs: ['a'] }
    const state = await cnn1dClassifier.fit(train, { ...quickPaper, l1: 0.005 }, context())
    const bias = state.weights.find((weight) => weight.name === 'dense1/bias')!.data
    // All-zero inputs leave every unit at zero, so the data say nothing about this bias.
    expect([...bias].every((value) => value === 0)).toBe(true)
  })
})

describe('fitting', () => {
  it('gives the same weights with the same seed, and others with another', async () => {
    const train = createProblem()
    const fit = (seed: number) =>
      cnn1dClassifier.fit(train, quick, context({ rng: createRng(seed) }))
    const first = await fit(1)
    expect(await fit(1)).toEqual(first)
    const other = await fit(2)
    expect(other.weights).not.toEqual(first.weights)
  })

  it('resumes from a checkpoint to the weights of an uninterrupted run', async () => {
    const train = createProblem()
    const validation = createProblem({ run: 'sub-02/task-a/run-1' })
    const options: Cnn1dFitOptions = { ...quick, epochs: 5, checkpointEvery: 2, keepBest: 'loss' }
    const whole = await cnn1dClassifier.fit(train, options, context({ validation }))
    const checkpointDir = await createFolder()
    const notes: string[] = []
    const interruptAfter = (nEpochs: number) => (event: StageEvent) => {
      if (event.type === 'note') notes.push(event.message)
      if (event.type === 'progress' && event.detail?.startsWith(`epoch ${nEpochs}/`))
        throw new Error('interrupted')
    }
    const interrupted = context({ validation, checkpointDir, emit: interruptAfter(4) })
    await expect(cnn1dClassifier.fit(train, options, interrupted)).rejects.toThrow('interrupted')
    expect(await readdir(checkpointDir)).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}\.checkpoint$/) as unknown,
    ])
    const resumed = context({ validation, checkpointDir, emit: interruptAfter(99) })
    expect(await cnn1dClassifier.fit(train, options, resumed)).toEqual(whole)
    expect(notes).toEqual(['train cnn1d: resumed after epoch 2'])
    expect(await readdir(checkpointDir)).toEqual([])
  })

  it('does not resume from the checkpoint of another seed', async () => {
    const train = createProblem()
    const options: Cnn1dFitOptions = { ...quick, checkpointEvery: 1 }
    const checkpointDir = await createFolder()
    const emit = (event: StageEvent) => {
      if (event.type === 'progress' && event.detail?.startsWith('epoch 2/'))
        throw new Error('interrupted')
    }
    const interrupted = context({ checkpointDir, emit })
    await expect(cnn1dClassifier.fit(train, options, interrupted)).rejects.toThrow('interrupted')
    const events: StageEvent[] = []
    const other = { rng: createRng(8), emit: (event: StageEvent) => void events.push(event) }
    const state = await cnn1dClassifier.fit(train, options, context({ ...other, checkpointDir }))
    expect(state).toEqual(await cnn1dClassifier.fit(train, options, context(other)))
    expect(events.filter((event) => event.type === 'note')).toEqual([])
  })

  it('stops early and keeps the best weights when validation gets worse', async () => {
    const train = createProblem()
    const upsideDown = createProblem({ run: 'sub-02/task-a/run-1' })
    const labels = upsideDown.labels.map((label) => (label + 1) % 3)
    const validation = { ...upsideDown, labels }
    const options: Cnn1dFitOptions = { ...quick, epochs: 12, learningRate: 0.01, patience: 2 }
    const state = await cnn1dClassifier.fit(train, options, context({ validation }))
    const losses = state.epochs.map((epoch) => epoch.validationLoss!)
    const best = losses.indexOf(Math.min(...losses))
    expect(state.epochs).toHaveLength(best + 3)
    const { data } = await cnn1dClassifier.score(state, validation.features, context())
    expect(accuracy(data, labels)).toBeCloseTo(state.epochs[best]!.validationAccuracy!, 12)
  })

  it('owns up to the validation runs only where they decided something', async () => {
    const train = createProblem()
    const validation = createProblem({ run: 'sub-02/task-a/run-1' })
    const runsOf = async (options: Cnn1dFitOptions) =>
      (
        await cnn1dClassifier.fit(
          train,
          { ...quick, epochs: 1, ...options },
          context({ validation }),
        )
      ).fittedOn
    expect(await runsOf({})).toEqual(train.runs)
    expect(await runsOf({ patience: 3 })).toEqual([...train.runs, ...validation.runs])
    expect(await runsOf({ keepBest: 'loss' })).toEqual([...train.runs, ...validation.runs])
  })

  it('reports its progress in samples, with a rate', async () => {
    const events: StageEvent[] = []
    const emit = (event: StageEvent) => void events.push(event)
    await cnn1dClassifier.fit(createProblem(), { ...quick, epochs: 2 }, context({ emit }))
    expect(events.map((event) => event.type)).toEqual(['start', 'progress', 'progress', 'done'])
    expect(events[1]).toMatchObject({ done: 48, total: 96, unit: 'samples' })
    expect(events[2]).toMatchObject({ done: 96, total: 96 })
    expect((events[2] as { detail: string }).detail).toMatch(/epoch 2\/2, loss .*, \d+ samples\/s/)
  })

  it('leaves no tensor behind, whether it ends well or not', async () => {
    const train = createProblem()
    const state = await cnn1dClassifier.fit(train, quick, context())
    const before = engine.tf.memory().numTensors
    const checkpointDir = await createFolder()
    const options = { ...quick, checkpointEvery: 1 }
    await cnn1dClassifier.fit(train, options, context({ validation: train, checkpointDir }))
    await cnn1dClassifier.score(state, train.features, context())
    const emit = (event: StageEvent) => {
      if (event.type === 'progress') throw new Error('interrupted')
    }
    await expect(cnn1dClassifier.fit(train, quick, context({ emit }))).rejects.toThrow()
    const broken = { ...state, weights: state.weights.slice(1) }
    await expect(cnn1dClassifier.score(broken, train.features, context())).rejects.toThrow(
      /weights of a network/,
    )
    expect(engine.tf.memory().numTensors).toBe(before)
  })

  it('does not change its state by scoring or by further training', async () => {
    const train = createProblem()
    const state = await cnn1dClassifier.fit(train, quick, context())
    const copy = structuredClone(state)
    await cnn1dClassifier.score(state, train.features, context())
    await cnn1dClassifier.fit(train, quick, context())
    expect(state).toEqual(copy)
  })

  it('refuses one class, unknown settings and features of another length', async () => {
    const train = createProblem()
    const oneClass = { ...train, labels: train.labels.map(() => 1) }
    await expect(cnn1dClassifier.fit(oneClass, quick, context())).rejects.toMatchObject({
      code: 'TRAIN_TOO_FEW_CLASSES',
    })
    const misspelt = { epoch: 3 } as Cnn1dFitOptions
    await expect(cnn1dClassifier.fit(train, misspelt, context())).rejects.toMatchObject({
      code: 'VALUE_INVALID',
    })
    const validation = createProblem({ nFeatures: 5 })
    await expect(cnn1dClassifier.fit(train, quick, context({ validation }))).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
    })
    const state = await cnn1dClassifier.fit(train, { epochs: 0 }, context())
    const scoring = cnn1dClassifier.score(state, validation.features, context())
    await expect(scoring).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' })
  })
})

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'limbic-network-'))
  folders.push(folder)
  return folder
}
