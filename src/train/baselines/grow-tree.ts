/** Binned samples `[nFeatures][nSamples]` and class indices -> one decision tree as flat arrays. */
import type { Rng } from '../../core/rng.ts'

/** Samples with every feature cut into bins; columns are features. */
export interface BinnedSamples {
  /** `[nFeatures x nSamples]`: bin of each sample, 0..nBins-1. */
  readonly bins: Uint8Array
  readonly nSamples: number
  readonly nFeatures: number
  readonly nBins: number
  readonly labels: Int32Array
  readonly nClasses: number
}

/** A tree: node 0 is the root. A sample goes left when its bin of `feature` is at most `bin`; `feature` is -1 in a leaf. */
export interface Tree {
  readonly feature: Int32Array
  readonly bin: Uint8Array
  /** Index of the left child; the right one follows it. */
  readonly left: Int32Array
  /** `[nNodes x nClasses]`: share of each class among the samples that reached the node. */
  readonly shares: Float32Array
}

/** When a tree stops growing, and how many features each of its splits looks at. */
export interface TreeLimits {
  readonly maxDepth: number
  readonly minLeaf: number
  readonly nTried: number
}

/**
 * Grows a tree that lowers the Gini impurity most at every split.
 *
 * @param samples - Binned samples.
 * @param rows - The samples that the tree is grown on, repeated ones as often as they were drawn; reordered in place.
 * @param limits - Depth, leaf size and features tried per split.
 * @param rng - Draws the features that a split looks at.
 * @returns The tree.
 * @throws Never.
 * @remarks O(depth * rows * nTried). Breiman (2001), Random forests, Machine Learning 45:5-32; splits between bins instead of values.
 */
export function growTree(
  samples: BinnedSamples,
  rows: Int32Array,
  limits: TreeLimits,
  rng: Rng,
): Tree {
  const { nClasses } = samples
  const nodes: { feature: number; bin: number; left: number; shares: Float32Array }[] = []
  const open = [{ node: 0, from: 0, to: rows.length, depth: 0 }]
  nodes.push(makeLeaf(samples, rows, 0, rows.length))
  for (let task = open.pop(); task !== undefined; task = open.pop()) {
    const { node, from, to, depth } = task
    const isPure = nodes[node]!.shares.some((share) => share === 1)
    if (isPure || depth >= limits.maxDepth || to - from < 2 * limits.minLeaf) continue
    const split = findSplit(samples, rows.subarray(from, to), limits, rng)
    if (split === undefined) continue
    const middle = from + partition(samples, rows.subarray(from, to), split)
    const left = nodes.length
    nodes.push(makeLeaf(samples, rows, from, middle), makeLeaf(samples, rows, middle, to))
    nodes[node] = { ...nodes[node]!, ...split, left }
    open.push(
      { node: left, from, to: middle, depth: depth + 1 },
      { node: left + 1, from: middle, to, depth: depth + 1 },
    )
  }
  const shares = new Float32Array(nodes.length * nClasses)
  nodes.forEach((node, i) => {
    shares.set(node.shares, i * nClasses)
  })
  return {
    feature: Int32Array.from(nodes, ({ feature }) => feature),
    bin: Uint8Array.from(nodes, ({ bin }) => bin),
    left: Int32Array.from(nodes, ({ left }) => left),
    shares,
  }
}

interface Split {
  readonly feature: number
  readonly bin: number
}

function makeLeaf(
  { labels, nClasses }: BinnedSamples,
  rows: Int32Array,
  from: number,
  to: number,
): { feature: number; bin: number; left: number; shares: Float32Array } {
  const shares = new Float32Array(nClasses)
  for (let i = from; i < to; i++) shares[labels[rows[i]!]!]! += 1
  for (let c = 0; c < nClasses; c++) shares[c]! /= to - from
  return { feature: -1, bin: 0, left: -1, shares }
}

/** The best split among some features drawn at random; undefined when none of them separates anything. */
function findSplit(
  { bins, nSamples, nFeatures, nBins, labels, nClasses }: BinnedSamples,
  rows: Int32Array,
  { nTried, minLeaf }: TreeLimits,
  rng: Rng,
): Split | undefined {
  const counts = new Int32Array(nBins * nClasses)
  let best: Split | undefined
  let bestPurity = purityOf(labels, rows, nClasses) + 1e-9
  for (let tried = 0; tried < nTried; tried++) {
    const feature = rng.integer(nFeatures)
    const column = bins.subarray(feature * nSamples, (feature + 1) * nSamples)
    counts.fill(0)
    for (const row of rows) counts[column[row]! * nClasses + labels[row]!]! += 1
    const found = bestBin(counts, nBins, nClasses, rows.length, minLeaf)
    if (found.purity <= bestPurity) continue
    bestPurity = found.purity
    best = { feature, bin: found.bin }
  }
  return best
}

/** Sum over classes of n_c^2 / n: the larger, the purer; before a split. */
function purityOf(labels: Int32Array, rows: Int32Array, nClasses: number): number {
  const counts = new Int32Array(nClasses)
  for (const row of rows) counts[labels[row]!]! += 1
  return counts.reduce((sum, n) => sum + n * n, 0) / rows.length
}

function bestBin(
  counts: Int32Array,
  nBins: number,
  nClasses: number,
  nRows: number,
  minLeaf: number,
): { bin: number; purity: number } {
  const left = new Int32Array(nClasses)
  const right = new Int32Array(nClasses)
  for (let i = 0; i < counts.length; i++) right[i % nClasses]! += counts[i]!
  let nLeft = 0
  let best = { bin: 0, purity: -Infinity }
  for (let bin = 0; bin < nBins - 1; bin++) {
    for (let c = 0; c < nClasses; c++) {
      const n = counts[bin * nClasses + c]!
      left[c]! += n
      right[c]! -= n
      nLeft += n
    }
    if (nLeft < minLeaf || nRows - nLeft < minLeaf) continue
    let [ofLeft, ofRight] = [0, 0]
    for (let c = 0; c < nClasses; c++) {
      ofLeft += left[c]! * left[c]!
      ofRight += right[c]! * right[c]!
    }
    const purity = ofLeft / nLeft + ofRight / (nRows - nLeft)
    if (purity > best.purity) best = { bin, purity }
  }
  return best
}

/** Brings the rows that go left to the front, and says how many they are. */
function partition(
  { bins, nSamples }: BinnedSamples,
  rows: Int32Array,
  { feature, bin }: Split,
): number {
  const column = bins.subarray(feature * nSamples, (feature + 1) * nSamples)
  let middle = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    if (column[row]! > bin) continue
    rows[i] = rows[middle]!
    rows[middle] = row
    middle += 1
  }
  return middle
}
