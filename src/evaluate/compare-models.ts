/** Folds -> every pair of models compared over the same subjects; the subject is the unit. */
import type { Comparison, Fold } from '../core/schemas/report.ts'
import { adjustBenjaminiHochberg, oneSampleT, summarize, wilcoxonSignedRank } from './statistics.ts'

/**
 * Compares every pair of models by their balanced accuracy, subject by subject.
 *
 * @param folds - One fold per subject; models that some of them lack are left out.
 * @returns One comparison per pair, in the order of the models; none below two subjects.
 * @throws Never.
 * @remarks Paired t test and Wilcoxon's exact signed-rank test, both two-sided; a pair that agrees in every subject has p = 1. The p of the
 *   t test is also corrected over all pairs by Benjamini and Hochberg (1995). Demsar (2006), Journal of Machine Learning Research 7, on
 *   comparing classifiers. Subjects share training data, so that folds are not independent and p-values are somewhat too small.
 */
export function compareModels(folds: readonly Fold[]): Comparison[] {
  if (folds.length < 2) return []
  const names = commonModels(folds)
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => comparePair(folds, a, b)))
  const adjusted = adjustBenjaminiHochberg(pairs.map(({ p }) => p))
  return pairs.map((pair, i) => ({ ...pair, pFdr: adjusted[i]! }))
}

/**
 * The models that every fold holds; a decoder by motion, for one, is left out where nobody measured motion.
 *
 * @param folds - The folds.
 * @returns Names, in the order of the first fold.
 * @throws Never.
 */
export function commonModels(folds: readonly Pick<Fold, 'models'>[]): readonly string[] {
  return Object.keys(folds[0]?.models ?? {}).filter((name) =>
    folds.every(({ models }) => name in models),
  )
}

function comparePair(folds: readonly Fold[], a: string, b: string): Omit<Comparison, 'pFdr'> {
  const score = (fold: Fold, name: string): number => fold.models[name]!.calibrated.balancedAccuracy
  const differences = folds.map((fold) => score(fold, a) - score(fold, b))
  const { mean, ci95 } = summarize(differences)
  const { p } = oneSampleT(differences, 0, 'two-sided')
  return {
    ...{ a, b, meanDifference: mean, ci95 },
    p: Number.isNaN(p) ? 1 : p,
    pWilcoxon: wilcoxonSignedRank(differences, 0, 'two-sided').p,
  }
}
