/** Labels per run -> permuted labels, and scores with true and permuted labels -> p-values. The block of consecutive equal labels is the unit that is exchanged. */
import { LimbicError } from '../core/errors/index.ts'
import type { Rng } from '../core/rng.ts'
import { permutationP } from './statistics.ts'

/**
 * Labels as they could have been if they meant nothing: within each run, classes are dealt out anew among the run's blocks.
 *
 * @param labelsPerRun - Class index per volume, -1 where a volume has none; one array per run.
 * @param rng - Source of chance.
 * @returns Permuted labels, shaped as the given ones; -1 stays where it was.
 * @throws Never.
 * @remarks A block is a stretch of consecutive volumes with one and the same class; a volume without a class ends it. Blocks keep their
 *   place and length, so the autocorrelation of volumes is as it was, and classes stay within their run. How many blocks a class has in a
 *   run never changes. How many volumes it has does not either when the run's blocks are equally long; otherwise a class of b blocks gains
 *   or loses at most b times the difference between the longest and the shortest. Blocks that touch may get the same class. A run whose
 *   blocks are of one class stays as it is. O(volumes). Etzel and Braver (2013), PRNI, pp. 140-143, on permuting within runs.
 * @see permutationTest
 */
export function permuteLabels(labelsPerRun: readonly Int32Array[], rng: Rng): Int32Array[] {
  return labelsPerRun.map((labels) => {
    const blocks = findBlocks(labels)
    const dealt = rng.shuffle(blocks.map(({ start }) => labels[start]!))
    const permuted = labels.slice()
    blocks.forEach(({ start, end }, i) => permuted.fill(dealt[i]!, start, end))
    return permuted
  })
}

/** What a permutation test says of one model. */
export interface PermutationResult {
  readonly observed: number
  /** Mean score with permuted labels: what chance is for this pipeline on these data. NaN without permutations. */
  readonly nullMean: number
  /** (b + 1) / (m + 1), b of m permutations scoring at least as high. */
  readonly p: number
  /** The same against the best of all models in each permutation: holds however the model was chosen among them. */
  readonly pFamilywise: number
}

/**
 * Tests the scores of one or more models against their scores with permuted labels.
 *
 * @param observed - Score per model with the true labels, all on one scale; higher is better.
 * @param nullScores - One entry per permutation: score per model when the whole pipeline was repeated with `permuteLabels`.
 * @returns p-values per model.
 * @throws {LimbicError} `VALUE_INVALID` when a permutation lacks a model, or a score is not finite.
 * @remarks The family-wise p-value is the single-step max-statistic. Westfall and Young (1993), Resampling-based multiple testing; Nichols
 *   and Holmes (2002), Human Brain Mapping 15:1-25; Phipson and Smyth (2010) for the + 1. Without permutations p is 1.
 * @example
 * const p = permutationTest({ lda: 0.6 }, [{ lda: 0.3 }, { lda: 0.4 }, { lda: 0.7 }]).lda.p // p = 0.5
 */
export function permutationTest<Name extends string>(
  observed: Readonly<Record<Name, number>>,
  nullScores: readonly Readonly<Record<NoInfer<Name>, number>>[],
): Record<Name, PermutationResult> {
  const names = Object.keys(observed) as Name[]
  assertScores(names, observed, 'with the true labels')
  nullScores.forEach((scores, i) => assertScores(names, scores, `of permutation ${i}`))
  const best = nullScores.map((scores) => Math.max(...names.map((name) => scores[name])))
  const results = names.map((name) => {
    const own = nullScores.map((scores) => scores[name])
    const result: PermutationResult = {
      observed: observed[name],
      nullMean: own.reduce((sum, score) => sum + score, 0) / own.length,
      p: permutationP(observed[name], own),
      pFamilywise: permutationP(observed[name], best),
    }
    return [name, result] as const
  })
  return Object.fromEntries(results) as Record<Name, PermutationResult>
}

interface Block {
  readonly start: number
  /** One past the last volume. */
  readonly end: number
}

function findBlocks(labels: Int32Array): Block[] {
  const blocks: Block[] = []
  for (let start = 0; start < labels.length;) {
    let end = start + 1
    while (end < labels.length && labels[end] === labels[start]) end++
    if (labels[start]! >= 0) blocks.push({ start, end })
    start = end
  }
  return blocks
}

/** A score that is no number compares as smaller than everything, and would count for the model instead of against it. */
function assertScores(
  names: readonly string[],
  scores: Readonly<Record<string, number>>,
  which: string,
): void {
  const bad = names.find((name) => !Number.isFinite(scores[name]))
  if (bad === undefined) return
  throw new LimbicError('VALUE_INVALID', {
    what: `the score of ${bad} ${which}`,
    expected: 'a finite number',
    found: `${scores[bad]}`,
  })
}
