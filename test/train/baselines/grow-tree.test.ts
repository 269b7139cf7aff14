import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import { growTree, type BinnedSamples } from '../../../src/train/baselines/grow-tree.ts'

const limits = { maxDepth: 4, minLeaf: 1, nTried: 20 }
const rowsOf = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i)

const two: BinnedSamples = {
  // Feature 0 says nothing, feature 1 separates at bin 3.
  bins: Uint8Array.of(5, 5, 5, 5, 1, 3, 4, 7),
  ...{ nSamples: 4, nFeatures: 2, nBins: 8, nClasses: 2 },
  labels: Int32Array.of(0, 0, 1, 1),
}

describe('growTree', () => {
  it('splits where classes part: by hand', () => {
    const tree = growTree(two, rowsOf(4), limits, createRng(0))
    expect(tree.feature[0]).toBe(1)
    expect(tree.bin[0]).toBe(3)
    expect([...tree.shares.slice(2)]).toEqual([1, 0, 0, 1])
    expect(tree.feature).toHaveLength(3)
  })

  it('learns what no single feature tells', () => {
    const exclusiveOr: BinnedSamples = {
      bins: Uint8Array.of(0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1),
      ...{ nSamples: 6, nFeatures: 2, nBins: 2, nClasses: 2 },
      labels: Int32Array.of(0, 1, 1, 0, 1, 1),
    }
    const rows = Int32Array.from({ length: 6 }, (_, i) => i)
    const { feature, bin, left, shares } = growTree(exclusiveOr, rows, limits, createRng(0))
    for (let row = 0; row < 6; row++) {
      let node = 0
      while (feature[node]! >= 0)
        node = left[node]! + (exclusiveOr.bins[feature[node]! * 6 + row]! > bin[node]! ? 1 : 0)
      expect(shares[node * 2 + exclusiveOr.labels[row]!]).toBeGreaterThan(0.5)
    }
  })

  it('stops at depth 0, at small leaves, and where nothing can be split', () => {
    const leaf = (tried: Partial<typeof limits>, samples = two): number =>
      growTree(samples, rowsOf(4), { ...limits, ...tried }, createRng(0)).feature.length
    expect(leaf({ maxDepth: 0 })).toBe(1)
    expect(leaf({ minLeaf: 3 })).toBe(1)
    expect(leaf({}, { ...two, bins: new Uint8Array(8) })).toBe(1)
    expect(leaf({}, { ...two, labels: new Int32Array(4) })).toBe(1)
  })
})
