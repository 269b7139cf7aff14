import { describe, expect, it } from 'vitest'
import { cnn1dTraining } from '../../../models/index.ts'
import {
  addEpoch,
  isFinished,
  startProgress,
  validate,
  type TrainingProgress,
} from '../../../src/train/network/progress.ts'

const training = { ...cnn1dTraining.compact, epochs: 10 }

/** Progress after epochs with the given validation losses. */
async function follow(losses: readonly number[], settings: typeof training) {
  let progress: TrainingProgress = startProgress(settings)
  for (const [epoch, validationLoss] of losses.entries()) {
    const record = { epoch, loss: 1, accuracy: 0, validationLoss, validationAccuracy: 0.5 }
    const weights = [{ name: `after epoch ${epoch}`, shape: [1], data: new Float32Array(1) }]
    progress = await addEpoch(progress, record, settings, () => Promise.resolve(weights))
  }
  return progress
}

describe('addEpoch', () => {
  it('keeps the weights of the best epoch only when asked to', async () => {
    const kept = await follow([3, 1, 2], { ...training, keepBest: 'loss' })
    expect(kept.best).toMatchObject({ epoch: 1, weights: [{ name: 'after epoch 1' }] })
    expect((await follow([3, 1, 2], training)).best).toBeNull()
  })

  it('keeps the first of equally accurate epochs', async () => {
    const kept = await follow([3, 1, 2], { ...training, keepBest: 'accuracy' })
    expect(kept.best).toMatchObject({ epoch: 0, score: 0.5 })
  })

  it('lowers the learning rate when the validation loss stands still', async () => {
    const plateau = { ...training.plateau, patience: 2 }
    const progress = await follow([1, 1, 1], { ...training, plateau })
    expect(progress.plateau.learningRate).toBeCloseTo(0.2 * training.learningRate, 12)
  })
})

describe('isFinished', () => {
  it('ends after the last epoch', async () => {
    const settings = { ...training, epochs: 2 }
    expect(isFinished(await follow([1], settings), settings)).toBe(false)
    expect(isFinished(await follow([1, 1], settings), settings)).toBe(true)
  })

  it('ends when patience runs out', async () => {
    const settings = { ...training, patience: 2 }
    expect(isFinished(await follow([1, 2], settings), settings)).toBe(false)
    expect(isFinished(await follow([1, 2, 3], settings), settings)).toBe(true)
    expect(isFinished(await follow([1, 2, 0.5, 3], settings), settings)).toBe(false)
  })

  it('never ends early without validation', () => {
    const settings = { ...training, patience: 1 }
    expect(isFinished(startProgress(settings), settings)).toBe(false)
  })
})

describe('validate', () => {
  it('is the mean cross-entropy and the share of hits', () => {
    const logits = Float32Array.of(0, 0, 0, 20)
    const { loss, accuracy } = validate(logits, Int32Array.of(1, 1), 2)
    expect(loss).toBeCloseTo(Math.LN2 / 2, 6)
    expect(accuracy).toBe(0.5)
  })

  it('is zero without samples', () => {
    expect(validate(new Float32Array(0), new Int32Array(0), 2)).toEqual({ loss: 0, accuracy: 0 })
  })
})
