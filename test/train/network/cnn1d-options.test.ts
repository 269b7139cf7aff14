import { describe, expect, it } from 'vitest'
import { cnn1dTraining } from '../../../models/index.ts'
import { autoEpochs, resolveCnn1dOptions } from '../../../src/train/network/cnn1d-options.ts'

describe('resolveCnn1dOptions', () => {
  it('takes the preset and replaces only what is given', () => {
    const { preset, training } = resolveCnn1dOptions(
      { preset: 'paper', l1: 0, batchSize: undefined },
      100,
    )
    expect(preset).toBe('paper')
    expect(training).toEqual({ ...cnn1dTraining.paper, l1: 0 })
  })

  it('is the compact preset by default, with the epochs decided', () => {
    const { preset, training } = resolveCnn1dOptions({}, 504)
    expect(preset).toBe('compact')
    expect(training).toEqual({ ...cnn1dTraining.compact, epochs: 20 })
  })

  it('names every setting that is wrong', () => {
    expect(() => resolveCnn1dOptions({ epochs: -1, learningrate: 1 }, 10)).toThrow(
      /epochs[\s\S]*learningrate/,
    )
  })
})

describe('autoEpochs', () => {
  it.each([
    [10, 20],
    [504, 20],
    [1280, 14],
    [3000, 6],
    [100_000, 6],
  ])('of %i samples is %i', (nSamples, expected) => {
    expect(autoEpochs(nSamples, 64)).toBe(expected)
  })
})
