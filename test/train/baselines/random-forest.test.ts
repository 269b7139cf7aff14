import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import { encodeState } from '../../../src/io/state-file.ts'
import { fitRandomForest, scoreRandomForest } from '../../../src/train/baselines/random-forest.ts'
import { gaussianSamples, hitRate } from './_samples.ts'

const train = gaussianSamples(createRng('train'), [120, 80, 60], 20, 3)
const test = gaussianSamples(createRng('test'), [60, 60, 60], 20, 3)

describe('fitRandomForest', () => {
  it('decodes samples that it has not seen, and says how sure it is', () => {
    const forest = fitRandomForest(train, {}, createRng(0))
    const scores = scoreRandomForest(forest, test.features)
    expect(hitRate(scores, test.labels)).toBeGreaterThan(0.85)
    const sum = Math.exp(scores.data[0]!) + Math.exp(scores.data[1]!) + Math.exp(scores.data[2]!)
    expect(Math.abs(sum - 1)).toBeLessThan(0.003)
  })

  it('decodes what no linear model can: equal means, other spread', () => {
    const spread = (seed: string) => {
      const made = gaussianSamples(createRng(seed), [200, 200], 4, 0)
      const data = made.features.data.map((x, i) =>
        made.labels[Math.floor(i / 4)] === 1 ? 3 * x : x,
      )
      return { ...made, features: { ...made.features, data } }
    }
    const forest = fitRandomForest(spread('a'), {}, createRng(0))
    const other = spread('b')
    expect(hitRate(scoreRandomForest(forest, other.features), other.labels)).toBeGreaterThan(0.8)
  })

  it('grows the same forest from the same stream, and another from another', () => {
    const bytes = (seed: number) =>
      Buffer.from(
        encodeState({ ...fitRandomForest(train, { trees: 5 }, createRng(seed)) }),
      ).toString('base64')
    expect(bytes(1)).toBe(bytes(1))
    expect(bytes(1)).not.toBe(bytes(2))
  })

  it('is at chance on labels that mean nothing', () => {
    const noise = gaussianSamples(createRng('noise'), [150, 150], 30, 0)
    const other = gaussianSamples(createRng('other'), [300, 300], 30, 0)
    const forest = fitRandomForest(noise, { trees: 50 }, createRng(0))
    const rate = hitRate(scoreRandomForest(forest, other.features), other.labels)
    expect(Math.abs(rate - 0.5)).toBeLessThan(0.07)
  })

  it('keeps to its bounds', () => {
    const bounds = { trees: 3, maxDepth: 2, maxFeatures: 5, maxSamples: 50 }
    const { trees, columns } = fitRandomForest(train, bounds, createRng(0))
    expect(trees).toHaveLength(3)
    expect(columns).toHaveLength(5)
    for (const { feature } of trees) expect(feature.length).toBeLessThanOrEqual(7)
  })

  it('ignores a feature that never changes, and refuses unknown settings', () => {
    const features = { data: new Float64Array(260), nRows: 260, nCols: 1 }
    const forest = fitRandomForest({ ...train, features }, { trees: 2 }, createRng(0))
    expect(forest.trees.every(({ feature }) => feature.length === 1)).toBe(true)
    expect(() => fitRandomForest(train, { tree: 2 } as object, createRng(0))).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }) as Error,
    )
  })
})
