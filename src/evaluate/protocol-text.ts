/** A pipeline -> the protocol in words, as a methods section would put it. */
import type { Pipeline } from '../core/schemas/pipeline.ts'
import type { Fold } from '../core/schemas/report.ts'
import { describePaperProtocol } from './paper-text.ts'

/**
 * Describes what was fitted on what, one paragraph per step.
 *
 * @param pipeline - The resolved pipeline.
 * @param folds - The folds, for counts.
 * @returns Paragraphs.
 * @throws Never.
 */
export function describeProtocol(pipeline: Pipeline, folds: readonly Fold[]): string[] {
  if (pipeline.protocol === 'paper') return describePaperProtocol(pipeline, folds)
  return pipeline.evaluate.split === 'leave-one-run-out'
    ? [
        withinText(pipeline),
        ...preprocessText(pipeline),
        labelText(pipeline),
        scoringText(pipeline),
      ]
    : [
        splitText(pipeline, folds),
        ...preprocessText(pipeline),
        labelText(pipeline),
        selectionText(pipeline),
        alignmentText(pipeline),
        innerText(pipeline),
        scoringText(pipeline),
      ]
}

function splitText({ data, evaluate }: Pipeline, folds: readonly Fold[]): string {
  const rule = {
    task: (c: { task: string }) => `its runs of task "${c.task}"`,
    first: (c: { runs: number }) => `its first ${c.runs} run(s)`,
    minutes: (c: { minutes: number; purgeSeconds: number }) =>
      `its first ${c.minutes} minutes (what follows in the same run is left out for ${c.purgeSeconds} s)`,
    rotate: () => 'all of its runs but the one being scored, each run being scored in turn',
  }
  const { calibration } = data
  const runs =
    calibration.kind === 'task'
      ? rule.task(calibration)
      : calibration.kind === 'first'
        ? rule.first(calibration)
        : calibration.kind === 'minutes'
          ? rule.minutes(calibration)
          : rule.rotate()
  const minutes = folds.length === 0 ? '' : ` (${folds[0]!.calibrationMinutes.toFixed(1)} minutes)`
  return `${wayOf(evaluate)} over ${folds.length} subjects. A held-out subject contributes calibration data only: ${runs}${minutes}. No volume that is scored took part in fitting anything; every fitted state names the runs it has seen, and scoring refuses a state that saw a scored run.`
}

function wayOf({ split, folds }: Pipeline['evaluate']): string {
  return split === 'k-fold'
    ? `Strict cross-validation that holds out ${folds} groups of subjects in turn,`
    : 'Strict leave-one-subject-out'
}

function withinText({ classify }: Pipeline): string {
  return `Leave-one-run-out within each subject: voxels, scaler and classifier (${classify.model}) come from the other runs of the same subject. No other subject takes part, so nothing is aligned.`
}

function preprocessText({ data }: Pipeline): string[] {
  if (data.preprocess === 'none') return []
  if (data.preprocess === 'fmriprep')
    return [
      'Images were preprocessed before, run by run and without labels; what that took from whole runs, scored ones included, is not undone here.',
    ]
  return [
    `Preprocessing is causal in every run: slice times are corrected by a straight line between a volume and the one before it, where slice times are known, and each volume is realigned by itself to a volume of the subject's calibration runs. No scored volume depends on a later one.`,
  ]
}

function labelText({ label }: Pipeline): string {
  const how =
    label.method.kind === 'hrf'
      ? `A volume carries the condition whose predicted haemodynamic response dominates (at least ${label.method.threshold} of the run's largest); volumes in transition are dropped`
      : `A volume carries the condition that was on ${label.method.lagSeconds} s before it`
  const rest = label.rest === undefined ? '' : `; volumes without any condition are "${label.rest}"`
  return `${how}${rest}.`
}

function selectionText({ select }: Pipeline): string {
  if (select.mode === 'all') return 'All voxels of the mask are used.'
  return select.mode === 'shared'
    ? `The ${select.k} voxels with the largest mean one-way ANOVA F over the training subjects are used in everybody.`
    : `Each subject's own ${select.k} voxels with the largest one-way ANOVA F are used: training subjects by all their runs, the held-out subject by its calibration labels.`
}

function alignmentText({ align, clean }: Pipeline): string {
  const scaling =
    clean.baseline === 'none'
      ? 'Volumes are not rescaled.'
      : `Volumes of task runs are centred on ${clean.baseline === 'calibration' ? 'the calibration mean' : "the mean of the run's volumes so far"} and divided by the calibration spread, volume by volume.`
  if (align.method === 'none') return `Subjects are not aligned. ${scaling}`
  return `${templateText(align)}; it is then frozen, and the held-out subject is mapped onto it by ${newSubjectText(align)} from its own calibration runs. ${scaling}`
}

function templateText(align: Pipeline['align']): string {
  const text = wholeTemplateText(align)
  return align.parcels === undefined ? text : `${text}, in every parcel of a label image by itself`
}

function wholeTemplateText({ method, match, components }: Pipeline['align']): string {
  const rows = match === 'time' ? 'time-locked volumes' : 'class means per run'
  if (method === 'hyperalignment') {
    const reduced =
      components === undefined ? '' : `, reduced to ${components} principal components`
    return `Training subjects are hyperaligned on their calibration runs (${rows}), which gives the common space${reduced}`
  }
  const model = method === 'srm' ? 'probabilistic' : 'deterministic'
  return `A ${model} shared response model of ${components} features, fitted on the calibration runs of the training subjects (${rows}), gives the common space`
}

function newSubjectText({ newSubject }: Pipeline['align']): string {
  return newSubject.kind === 'procrustes'
    ? 'Procrustes'
    : `ridge regression (penalty ${newSubject.lambda} of the mean squared length of a calibration row; training subjects by Procrustes)`
}

function innerText({ classify }: Pipeline): string {
  return classify.innerSubjects === 0
    ? 'Probabilities are not calibrated.'
    : `In every fold ${classify.innerSubjects} training ${classify.innerSubjects === 1 ? 'subject is' : 'subjects are'} held out of an inner fit (voxels, template and classifier without ${classify.innerSubjects === 1 ? 'it' : 'them'}); the temperature of each classifier, and its stopping where it stops early, are decided on ${classify.innerSubjects === 1 ? 'it' : 'them'}.`
}

function scoringText({ evaluate }: Pipeline): string {
  const unit =
    evaluate.unit === 'volume'
      ? 'Single volumes are scored in temporal order, without resampling'
      : 'Means over the volumes of a block are scored'
  return `${unit}. The subject is the statistical unit: intervals are Student t over subjects. "Unaligned" is the same classifier without alignment; "zero-shot" uses nothing of the subject but the volumes of the run so far.`
}
