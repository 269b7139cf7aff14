/** Folds with true labels and scores with permuted ones -> the permutation test of a report. */
import type { Fold, Permutation } from '../core/schemas/report.ts'
import { commonModels } from './compare-models.ts'
import { permutationTest } from './permutation.ts'

/** Balanced accuracy per model of one fold in which all labels had been permuted. */
export interface PermutedFold {
  readonly subject: string
  /** From 1; 0 is the true labels. */
  readonly permutation: number
  readonly scores: Readonly<Record<string, number>>
}

/**
 * Tests the models of a run against chance.
 *
 * @param folds - The folds with true labels that finished.
 * @param permuted - Folds with permuted labels, in any order.
 * @returns The test over the permutations that hold every subject of `folds`; null without a fold.
 * @throws {LimbicError} `VALUE_INVALID` when a score is no finite number.
 * @remarks The statistic is the mean over subjects of the balanced accuracy, with true and with permuted labels over the same subjects.
 * @see permutationTest
 */
export function summarizePermutations(
  folds: readonly Fold[],
  permuted: readonly PermutedFold[],
): Permutation | null {
  if (folds.length === 0) return null
  const names = commonModels(folds)
  const subjects = folds.map(({ subject }) => subject)
  const observed = averageScores(
    names,
    folds.map(({ models }) =>
      Object.fromEntries(names.map((name) => [name, models[name]!.calibrated.balancedAccuracy])),
    ),
  )
  const scores = completePermutations(permuted, subjects).map((all) => averageScores(names, all))
  const tested = permutationTest(observed, scores)
  return {
    n: scores.length,
    models: Object.fromEntries(
      names.map((name) => {
        const { nullMean, ...rest } = tested[name]!
        const own = scores.map((all) => all[name]!)
        return [name, { ...rest, nullMean: own.length === 0 ? 0 : nullMean, null: own }]
      }),
    ),
  }
}

type ScoresByModel = Readonly<Record<string, number>>

/** Scores of the subjects in each permutation that has all of them, permutations and subjects in order: sums must not hang on arrival. */
function completePermutations(
  permuted: readonly PermutedFold[],
  subjects: readonly string[],
): readonly (readonly ScoresByModel[])[] {
  const found = new Map<number, Map<string, ScoresByModel>>()
  for (const { permutation, subject, scores } of permuted) {
    const bySubject = found.get(permutation) ?? new Map<string, ScoresByModel>()
    found.set(permutation, bySubject.set(subject, scores))
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .filter(([, bySubject]) => subjects.every((subject) => bySubject.has(subject)))
    .map(([, bySubject]) => subjects.map((subject) => bySubject.get(subject)!))
}

function averageScores(
  names: readonly string[],
  all: readonly ScoresByModel[],
): Record<string, number> {
  return Object.fromEntries(
    names.map((name) => [name, all.reduce((sum, scores) => sum + scores[name]!, 0) / all.length]),
  )
}
