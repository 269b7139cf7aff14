import { describe, expect, it } from 'vitest'
import { scoreClassification } from '../../../src/evaluate/metrics/index.ts'

describe('scoreClassification', () => {
  const probabilities = {
    data: Float64Array.of(0.9, 0.1, 0, 0.4, 0.6, 0, 0.3, 0.7, 0),
    nRows: 3,
    nCols: 3,
  }

  it('gives every score; null where a class does not occur', () => {
    const scores = scoreClassification({ labels: [0, 0, 1], probabilities, nClasses: 3 })
    expect(scores).toMatchObject({
      nTest: 3,
      accuracy: 2 / 3,
      balancedAccuracy: 0.75,
      auc: null,
      aucPerClass: [1, 1, null],
      confusion: [
        [1, 1, 0],
        [0, 1, 0],
        [0, 0, 0],
      ],
    })
    expect(scores.reliability).toHaveLength(10)
  })

  it('can be written as JSON without loss, but for empty bins', () => {
    const { reliability, ...scores } = scoreClassification({
      labels: [0, 1, 2],
      probabilities,
      nClasses: 3,
    })
    expect(JSON.parse(JSON.stringify(scores))).toEqual(scores)
    expect(reliability.filter((bin) => bin.count > 0).length).toBeGreaterThan(0)
  })

  it('refuses a label that is no class', () => {
    expect(() =>
      scoreClassification({ labels: [0, 1, 3], probabilities, nClasses: 3 }),
    ).toThrowError(expect.objectContaining({ code: 'VALUE_INVALID' }))
  })
})
