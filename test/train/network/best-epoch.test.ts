import { describe, expect, it } from 'vitest'
import { describeBestEpoch } from '../../../src/train/network/best-epoch.ts'

const epochs = [
  { epoch: 1, loss: 3, accuracy: 0.4, validationLoss: 1.2, validationAccuracy: 0.5 },
  { epoch: 2, loss: 2, accuracy: 0.6, validationLoss: 0.8, validationAccuracy: 0.7 },
  { epoch: 3, loss: 1, accuracy: 0.9, validationLoss: 0.9, validationAccuracy: 0.8 },
  { epoch: 4, loss: 0, accuracy: 1, validationLoss: 0.8, validationAccuracy: 0.8 },
]

describe('describeBestEpoch', () => {
  it('counts the epochs up to the best validation loss, the first of equals', () => {
    expect(describeBestEpoch(epochs, { patience: 2, keepBest: null })).toEqual({ bestEpoch: 2 })
    expect(describeBestEpoch(epochs, { patience: null, keepBest: 'loss' })).toEqual({
      bestEpoch: 2,
    })
  })

  it('counts up to the best accuracy when that is what is kept', () => {
    expect(describeBestEpoch(epochs, { patience: 2, keepBest: 'accuracy' })).toEqual({
      bestEpoch: 3,
    })
  })

  it('says nothing when validation decides nothing, or there was none', () => {
    expect(describeBestEpoch(epochs, { patience: null, keepBest: null })).toEqual({})
    const blind = epochs.map(({ epoch, loss, accuracy }) => ({ epoch, loss, accuracy }))
    expect(describeBestEpoch(blind, { patience: 2, keepBest: 'loss' })).toEqual({})
    expect(describeBestEpoch([], { patience: 2, keepBest: 'loss' })).toEqual({})
  })
})
