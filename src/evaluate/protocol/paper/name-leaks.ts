/** What the leak guard found -> sentences for the report: what saw what. */
import type { Pipeline } from '../../../core/schemas/pipeline.ts'
import type { Leak } from '../../leak-guard.ts'

/**
 * Names every leak of a fold, in words that hold for every fold of the run.
 *
 * @param pipeline - The settings: some leaks are no state's but a setting's.
 * @param leaks - What the guard found.
 * @param models - Name of the model of each classifier state, by its kind.
 * @returns Sentences without repetition.
 * @throws Never.
 */
export function nameLeaks(
  pipeline: Pipeline,
  leaks: readonly Leak[],
  models: ReadonlyMap<string, string>,
): string[] {
  // The mask of every voxel saw nothing.
  const isEverything = pipeline.select.mode === 'all' && pipeline.clean.mask === 'all'
  const found = leaks
    .filter(({ state }) => !isEverything || state.kind !== 'selection')
    .map((leak) => nameLeak(pipeline, leak, models))
  return [...new Set([...found, ...settingLeaks(pipeline)])]
}

function nameLeak(
  { evaluate, select }: Pipeline,
  { state, kind }: Leak,
  models: ReadonlyMap<string, string>,
): string {
  const model = models.get(state.kind)
  if (kind === 'unknown') return `Provenance: a ${state.kind} does not say which runs it has seen.`
  if (model !== undefined) return classifierLeak(evaluate.split, kind, model)
  if (state.kind === 'selection')
    return select.mode === 'all'
      ? 'Mask: voxels are those inside the masks of all runs, scored runs included.'
      : `Selection: the ANOVA that chose the voxels${select.mode === 'per-subject' ? ' of each subject' : ''} saw the labels and volumes of the runs that are scored.`
  if (state.kind === 'common-space')
    return 'Alignment: the common space was fitted on all runs of all subjects, those that are scored included.'
  if (state.kind === 'mapper')
    return 'Alignment: the map of the scored subject into the common space was fitted on the volumes that it is scored on.'
  if (state.kind === 'whole-run scaling')
    return 'Scaling: every run was z-scored over its whole length, so each scored volume was scaled by later ones.'
  return `Fitting: a ${state.kind} saw runs that are scored.`
}

function classifierLeak(
  split: Pipeline['evaluate']['split'],
  kind: Leak['kind'],
  model: string,
): string {
  if (kind === 'scored-subject')
    return 'Split: other runs of the scored subjects trained the classifiers, so nothing is said about a new subject.'
  if (split === 'volumes')
    return 'Split: volumes were dealt to training and test at random, so neighbours in time of every scored volume, from the same block of the same run of the same subject, trained the classifiers.'
  return `Training: the learning rate of ${model} and the epoch that was kept were chosen by its score on the scored volumes.`
}

function settingLeaks({ align, evaluate }: Pipeline): string[] {
  return [
    ...(align.method !== 'none' && align.match === 'class-order'
      ? [
          'Alignment: volumes of different subjects were paired by their class, so the labels of the scored volumes decided what they were aligned to.',
        ]
      : []),
    ...(evaluate.oversample
      ? [
          'Scoring: scored volumes of rarer classes were repeated at random until all classes were equally frequent, so some count more than once.',
        ]
      : []),
  ]
}
