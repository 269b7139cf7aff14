import { describe, expect, it } from 'vitest'
import { resnet3dTraining } from '../../../models/index.ts'
import { resolveResnet3dOptions } from '../../../src/train/volumes/resnet3d-options.ts'

describe('resolveResnet3dOptions', () => {
  it('takes what is absent from the preset', () => {
    const resolved = resolveResnet3dOptions({})
    expect(resolved).toMatchObject({ preset: 'compact', depth: 50, maxMinutes: undefined })
    expect(resolved.training).toEqual(resnet3dTraining.compact)
    expect(resolved.bufferBytes).toBe(2 ** 30)
    const paper = resolveResnet3dOptions({ preset: 'paper', depth: 18, epochs: 3 })
    expect(paper.training).toEqual({ ...resnet3dTraining.paper, epochs: 3 })
    expect(paper.depth).toBe(18)
  })

  it('keeps the published settings of the paper', () => {
    expect(resnet3dTraining.paper).toMatchObject({
      learningRate: 1e-3,
      batchSize: 32,
      plateau: { factor: 0.3, patience: 30, minLearningRate: 5e-10 },
      shortcutL2: 1e-4,
      inputNoise: 0,
      gainSd: 0,
      volumeZ: false,
    })
  })

  it('names what it does not understand', () => {
    expect(() => resolveResnet3dOptions({ depth: 20 })).toThrow(/depth/)
    expect(() => resolveResnet3dOptions({ learnRate: 1 })).toThrow(/learnRate/)
    expect(() => resolveResnet3dOptions({ flips: ['t'] })).toThrow(/flips/)
  })
})
