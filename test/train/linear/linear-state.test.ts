import { describe, expect, it } from 'vitest'
import {
  createLinearState,
  scoreLinear,
  spreadOverClasses,
} from '../../../src/train/linear/linear-state.ts'
import { matrix } from './_samples.ts'

const fitted = { weights: Float64Array.of(1, 2, 3, 4), bias: Float64Array.of(10, -Infinity) }
const state = createLinearState('ridge', fitted, ['sub-01/task-a/run-1'])

describe('scoreLinear', () => {
  it('is features times weights plus bias, for either precision', () => {
    const features = matrix([
      [1, 0],
      [2, 1],
    ])
    const expected = [11, -Infinity, 15, -Infinity]
    expect([...scoreLinear(state, features).data]).toEqual(expected)
    const single = { ...features, data: Float32Array.from(features.data) }
    expect([...scoreLinear(state, single).data]).toEqual(expected)
  })

  it('scores no samples', () => {
    expect(scoreLinear(state, { data: new Float64Array(0), nRows: 0, nCols: 2 }).data).toHaveLength(
      0,
    )
  })

  it('refuses samples of another number of features', () => {
    expect(() => scoreLinear(state, matrix([[1, 2, 3]]))).toThrowError(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
  })
})

describe('createLinearState', () => {
  it('knows its shape and its runs', () => {
    expect(state).toMatchObject({
      kind: 'ridge',
      nClasses: 2,
      nFeatures: 2,
      fittedOn: ['sub-01/task-a/run-1'],
    })
  })
})

describe('spreadOverClasses', () => {
  it('gives a class that was not fitted no weight and no chance', () => {
    const spread = spreadOverClasses(
      Float64Array.of(1, 2, 3, 4),
      Float64Array.of(5, 6),
      Int32Array.of(0, 2),
      3,
    )
    expect([...spread.weights]).toEqual([1, 0, 2, 3, 0, 4])
    expect([...spread.bias]).toEqual([5, -Infinity, 6])
  })
})
