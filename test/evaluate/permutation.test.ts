import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { permutationTest, permuteLabels } from '../../src/evaluate/permutation.ts'

const expand = (blocks: readonly (readonly [label: number, length: number])[]): Int32Array =>
  Int32Array.from(blocks.flatMap(([label, length]) => Array<number>(length).fill(label)))

/** Neighbours always differ, so that these are the blocks. */
const blocksOf = (length: fc.Arbitrary<number>) =>
  fc
    .array(fc.tuple(fc.integer({ min: -1, max: 3 }), length), { maxLength: 12 })
    .map((blocks) => blocks.filter(([label], i) => i === 0 || label !== blocks[i - 1]![0]))

const count = (labels: ArrayLike<number>): Record<number, number> => {
  const counts: Record<number, number> = {}
  for (const label of Array.from(labels)) counts[label] = (counts[label] ?? 0) + 1
  return counts
}

describe('permuteLabels', () => {
  it('deals classes out among the blocks of a run, in both possible ways, by hand', () => {
    const run = Int32Array.of(-1, 0, 0, 0, -1, 2, 2, -1)
    const seen = new Set<string>()
    for (let seed = 0; seed < 20; seed++)
      seen.add(permuteLabels([run], createRng(seed))[0]!.join(' '))
    expect([...seen].sort()).toEqual(['-1 0 0 0 -1 2 2 -1', '-1 2 2 2 -1 0 0 -1'])
  })

  it('keeps block boundaries, unlabelled volumes, and how many blocks of a run each class has', () => {
    const runs = fc.array(blocksOf(fc.integer({ min: 1, max: 5 })), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(runs, fc.integer(), (blocksPerRun, seed) => {
        const permuted = permuteLabels(blocksPerRun.map(expand), createRng(seed))
        blocksPerRun.forEach((blocks, r) => {
          const labels = permuted[r]!
          let at = 0
          const dealt = blocks.map(([label, length]) => {
            const block = new Set(labels.subarray(at, (at += length)))
            expect(block.size).toBe(1)
            const [got] = block
            expect(got === -1).toBe(label === -1)
            return got!
          })
          expect(labels.length).toBe(at)
          expect(count(dealt)).toEqual(count(blocks.map(([label]) => label)))
        })
      }),
    )
  })

  it('keeps how many volumes of a run each class has when blocks are equally long', () => {
    fc.assert(
      fc.property(blocksOf(fc.constant(4)), fc.integer(), (blocks, seed) => {
        const labels = expand(blocks)
        expect(count(permuteLabels([labels], createRng(seed))[0]!)).toEqual(count(labels))
      }),
    )
  })

  it('moves volumes between classes by no more than their blocks differ in length', () => {
    fc.assert(
      fc.property(blocksOf(fc.integer({ min: 3, max: 5 })), fc.integer(), (blocks, seed) => {
        const labels = expand(blocks)
        const [before, after] = [labels, permuteLabels([labels], createRng(seed))[0]!].map(count)
        const nBlocks = count(blocks.map(([label]) => label))
        for (const label of Object.keys(nBlocks).map(Number))
          expect(Math.abs(before![label]! - after![label]!)).toBeLessThanOrEqual(
            2 * nBlocks[label]!,
          )
      }),
    )
  })

  it('deals every arrangement equally often', () => {
    const rng = createRng('uniform')
    const seen: Record<string, number> = {}
    for (let i = 0; i < 6000; i++) {
      const [permuted] = permuteLabels([Int32Array.of(0, 1, 2)], rng)
      seen[permuted!.join('')] = (seen[permuted!.join('')] ?? 0) + 1
    }
    expect(Object.keys(seen)).toHaveLength(6)
    // 1000 each, standard deviation 29.
    for (const n of Object.values(seen)) expect(Math.abs(n - 1000)).toBeLessThan(120)
  })

  it('leaves its input alone, runs by themselves, and repeats for a seed', () => {
    const runs = [Int32Array.of(0, 0, 1, 1, 2, 2), Int32Array.of(3, -1, 4)]
    const before = structuredClone(runs)
    const permuted = permuteLabels(runs, createRng(3))
    expect(runs).toEqual(before)
    expect(permuteLabels(runs, createRng(3))).toEqual(permuted)
    expect(Object.keys(count(permuted[1]!)).sort()).toEqual(['-1', '3', '4'])
  })

  it('has nothing to do for runs without blocks or with one class', () => {
    const runs = [new Int32Array(0), Int32Array.of(-1, -1), Int32Array.of(1, -1, 1, 1)]
    expect(permuteLabels(runs, createRng(1))).toEqual(runs)
    expect(permuteLabels([], createRng(1))).toEqual([])
  })
})

describe('permutationTest', () => {
  it('counts by hand, ties against the model, and each permutation by its best model for the family', () => {
    const nullScores = [
      { lda: 0.3, svm: 0.7 },
      { lda: 0.6, svm: 0.2 },
      { lda: 0.1, svm: 0.1 },
    ]
    const { lda, svm } = permutationTest({ lda: 0.6, svm: 0.8 }, nullScores)
    expect(lda).toMatchObject({ observed: 0.6, p: 2 / 4, pFamilywise: 3 / 4 })
    expect(lda.nullMean).toBeCloseTo(1 / 3, 12)
    expect(svm).toMatchObject({ p: 1 / 4, pFamilywise: 1 / 4 })
  })

  it('gives a family-wise p that is never smaller, equal for one model, and within 1 / (m + 1) .. 1', () => {
    const score = fc.integer({ min: 0, max: 10 }).map((n) => n / 10)
    const scores = fc.record({ a: score, b: score, c: score })
    fc.assert(
      fc.property(scores, fc.array(scores, { maxLength: 20 }), (observed, nullScores) => {
        const family = permutationTest(observed, nullScores)
        const alone = permutationTest({ a: observed.a }, nullScores)
        expect(alone.a.pFamilywise).toBe(alone.a.p)
        for (const { p, pFamilywise } of Object.values(family)) {
          expect(pFamilywise).toBeGreaterThanOrEqual(p)
          expect(p).toBeGreaterThanOrEqual(1 / (nullScores.length + 1))
          expect(pFamilywise).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  it('says 1 without permutations', () => {
    expect(permutationTest({ lda: 0.9 }, []).lda).toEqual({
      observed: 0.9,
      nullMean: NaN,
      p: 1,
      pFamilywise: 1,
    })
  })

  it('refuses scores that are missing or no numbers', () => {
    const lacking = [{ lda: 0.1, svm: 0.2 }, { lda: 0.3 }] as { lda: number; svm: number }[]
    expect(() => permutationTest({ lda: 0.5, svm: 0.5 }, lacking)).toThrow(
      /the score of svm of permutation 1 .*found undefined/,
    )
    expect(() => permutationTest({ lda: NaN }, [])).toThrow(/of lda with the true labels/)
  })
})
