/** Folds -> a warning where a classifier does better without alignment than with it. */
import type { Pipeline } from '../core/schemas/pipeline.ts'
import type { Fold } from '../core/schemas/report.ts'

/**
 * Says whether alignment lowers the balanced accuracy of the model in question or of a baseline.
 *
 * @param folds - The folds.
 * @param pipeline - Says how subjects were aligned.
 * @returns One sentence for all classifiers that are better off without alignment, or nothing.
 * @throws Never.
 */
export function findAlignmentProblems(
  folds: readonly Pick<Fold, 'models'>[],
  { align }: Pick<Pipeline, 'align'>,
): string[] {
  const names = [...new Set(folds.flatMap(({ models }) => Object.keys(models)))]
  const worse = names.flatMap((name) => describeLoss(folds, name))
  if (worse.length === 0) return []
  const what = align.components === undefined ? 'Full-rank alignment does' : 'Alignment does'
  return [
    `${what} not help here, it lowers accuracy: ${worse.join('; ')}. The features of these subjects may match already, or the calibration may be too short for the common space. Try align.method none, or fewer align.components, and do not report alignment as a gain.`,
  ]
}

function describeLoss(folds: readonly Pick<Fold, 'models'>[], name: string): string[] {
  const pairs = folds.flatMap(({ models }) => {
    const { calibrated, unaligned } = models[name] ?? { calibrated: null, unaligned: null }
    if (calibrated === null || unaligned === null) return []
    return [{ aligned: calibrated.balancedAccuracy, unaligned: unaligned.balancedAccuracy }]
  })
  const aligned = mean(pairs.map((pair) => pair.aligned))
  const unaligned = mean(pairs.map((pair) => pair.unaligned))
  if (pairs.length === 0 || aligned >= unaligned) return []
  const nLower = pairs.filter((pair) => pair.aligned < pair.unaligned).length
  return [
    `${name} has a balanced accuracy of ${aligned.toFixed(3)} aligned and ${unaligned.toFixed(3)} unaligned (lower in ${nLower} of ${pairs.length} subjects)`,
  ]
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
