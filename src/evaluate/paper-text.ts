/** A pipeline of protocol `paper` -> the protocol in words: what it does, and what therefore must not be concluded. */
import type { Pipeline } from '../core/schemas/pipeline.ts'
import type { Fold } from '../core/schemas/report.ts'

/**
 * Describes a protocol that is allowed to leak, one paragraph per step.
 *
 * @param pipeline - The resolved pipeline, of protocol `paper`.
 * @param folds - The folds, for counts.
 * @returns Paragraphs, the first of which says that the figures are no estimates.
 * @throws Never.
 */
export function describePaperProtocol(pipeline: Pipeline, folds: readonly Fold[]): string[] {
  return [
    'Protocol paper: the analysis as it was published, leaks included. Its figures do not estimate how well a new subject or a new run would be decoded; the report names each leak.',
    splitText(pipeline, folds),
    preparationText(pipeline),
    trainingText(pipeline),
  ]
}

function splitText({ evaluate }: Pipeline, folds: readonly Fold[]): string {
  const { split, shares, groupBy } = evaluate
  if (split === 'leave-one-subject-out')
    return `Leave-one-subject-out over ${folds.length} subjects for the classifier alone. The volumes of the subject that is left out are both validation and test.`
  const percent = (share: number): string => `${Math.round(100 * share)} %`
  const sizes = `${percent(shares.test)} for the test, ${percent(shares.validation)} for validation and the rest for training`
  return split === 'volumes'
    ? `One random split of the volumes of all subjects, each class by the same shares: ${sizes}.`
    : `One random split of whole ${groupBy}s: ${sizes}.`
}

function preparationText({ clean, select, align, evaluate }: Pipeline): string {
  const everybody = evaluate.split === 'leave-one-subject-out'
  const scaling =
    clean.wholeRun === 'zscore'
      ? 'Each voxel is z-scored over each whole run.'
      : 'Intensities are used as they are.'
  const fittedOn = everybody ? 'all runs of all subjects' : 'the training part'
  const voxels =
    select.mode === 'all'
      ? 'All voxels of the mask are used.'
      : `${select.mode === 'shared' ? `The ${select.k} voxels with the largest mean ANOVA F` : `Each subject's own ${select.k} voxels with the largest ANOVA F`} over ${fittedOn} are used.`
  if (align.method === 'none') return `${scaling} ${voxels} Subjects are not aligned.`
  const pairs =
    align.match === 'class-order'
      ? 'the n-th volume of a class in one subject with the n-th in the others'
      : 'volumes by their position'
  return `${scaling} ${voxels} All subjects, the scored one among them, are aligned (${align.method}) on all of these runs, pairing ${pairs}; the first subject is the reference.`
}

function trainingText({ classify, evaluate }: Pipeline): string {
  const classes = evaluate.oversample
    ? 'Volumes of rarer classes are repeated at random until all classes are equally frequent, in training and among the scored volumes.'
    : 'Volumes are scored as often as they occur.'
  return `${classes} The classifier is ${classify.model}; probabilities are not calibrated.`
}
