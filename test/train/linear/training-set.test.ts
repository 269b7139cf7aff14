import { describe, expect, it } from 'vitest'
import {
  centreFeatures,
  classMeans,
  countClasses,
  featureMeans,
  presentClasses,
} from '../../../src/train/linear/training-set.ts'
import { matrix } from './_samples.ts'

const features = matrix([
  [1, 10],
  [3, 20],
  [8, 60],
])

describe('countClasses', () => {
  it('counts', () => {
    expect([...countClasses(features, [0, 0, 2], 3)]).toEqual([2, 0, 1])
  })

  it.each([
    ['a label too few', [0, 1], 2, 'SHAPE_MISMATCH'],
    ['a label that is no class', [0, 1, 2], 2, 'VALUE_INVALID'],
    ['a negative label', [0, 1, -1], 2, 'VALUE_INVALID'],
    ['one class only', [1, 1, 1], 2, 'TRAIN_TOO_FEW_CLASSES'],
  ])('refuses %s', (_, labels, nClasses, code) => {
    expect(() => countClasses(features, labels, nClasses)).toThrowError(
      expect.objectContaining({ code }),
    )
  })

  it('refuses no samples at all', () => {
    expect(() => countClasses({ ...features, data: new Float64Array(0), nRows: 0 }, [], 2)).toThrow(
      expect.objectContaining({ code: 'TRAIN_TOO_FEW_CLASSES' }),
    )
  })
})

describe('means', () => {
  it('averages each class and leaves an empty one at zero', () => {
    const means = classMeans(features, [0, 0, 2], Int32Array.of(2, 0, 1))
    expect([...means.data]).toEqual([2, 15, 0, 0, 8, 60])
  })

  it('centres a float32 matrix in float64', () => {
    const single = { data: Float32Array.from(features.data), nRows: 3, nCols: 2 }
    const mean = featureMeans(single)
    expect([...mean]).toEqual([4, 30])
    expect([...centreFeatures(single, mean).data]).toEqual([-3, -20, -1, -10, 4, 30])
  })
})

describe('presentClasses', () => {
  it('numbers the classes that have samples', () => {
    const { classes, position } = presentClasses(Int32Array.of(2, 0, 1))
    expect([...classes]).toEqual([0, 2])
    expect([...position]).toEqual([0, -1, 1])
  })
})
