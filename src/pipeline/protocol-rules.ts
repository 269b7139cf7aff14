/** A resolved pipeline -> the same, or the one setting that does not go with its protocol. */
import { LimbicError } from '../core/errors/index.ts'
import type { Pipeline } from '../core/schemas/pipeline.ts'
import { listCandidates } from '../evaluate/protocol/choices/candidates.ts'

/**
 * Refuses settings that leak under protocol `strict`, and settings that protocol `paper` has no place for.
 *
 * @param pipeline - With every default filled in.
 * @param file - Name for the message.
 * @returns Nothing.
 * @throws {LimbicError} `PIPELINE_VALUE_INVALID`, naming the first setting that does not fit.
 */
export function assertProtocol(pipeline: Pipeline, file: string): void {
  const rules = pipeline.protocol === 'strict' ? strictRules(pipeline) : paperRules(pipeline)
  const broken = rules.find(({ holds }) => !holds)
  if (broken === undefined) return
  throw new LimbicError('PIPELINE_VALUE_INVALID', {
    file,
    key: broken.key,
    expected: broken.expected,
    found: broken.found,
  })
}

/**
 * Refuses a grid with a setting that cannot be chosen, a value that does not fit, or a combination that its protocol does not allow.
 *
 * @param pipeline - With every default filled in.
 * @param file - Name for the message.
 * @returns Nothing.
 * @throws {LimbicError} `PIPELINE_VALUE_INVALID`.
 */
export function assertCandidates(pipeline: Pipeline, file: string): void {
  if (pipeline.choose === undefined) return
  for (const candidate of listCandidates(pipeline)) assertProtocol(candidate.pipeline, file)
}

interface Rule {
  readonly key: string
  readonly holds: boolean
  readonly expected: string
  readonly found: string
}

function strictRules({ choose, data, clean, align, evaluate }: Pipeline): readonly Rule[] {
  const leaks = (key: string, holds: boolean, instead: string, found: string): Rule => ({
    ...{ key, holds, found },
    expected: `${instead} (protocol strict; it would leak, and only protocol paper, which says so, allows it)`,
  })
  const isPooled = evaluate.split === 'volumes' || evaluate.split === 'grouped'
  return [
    leaks('clean.wholeRun', clean.wholeRun === 'none', 'none', clean.wholeRun),
    leaks('align.match', align.match !== 'class-order', 'time or condition', align.match),
    leaks(
      'evaluate.split',
      !isPooled,
      'leave-one-subject-out, k-fold or leave-one-run-out',
      evaluate.split,
    ),
    leaks('evaluate.oversample', !evaluate.oversample, 'false', 'true'),
    ...acrossSubjects('choose', choose !== undefined, evaluate.split),
    ...acrossSubjects(
      'evaluate.learningCurve',
      evaluate.learningCurve !== undefined,
      evaluate.split,
    ),
    {
      key: 'data.calibration',
      holds: evaluate.split !== 'leave-one-run-out' || data.calibration.kind !== 'minutes',
      expected: 'rotate, first or task with leave-one-run-out',
      found: data.calibration.kind,
    },
  ]
}

/** What needs other subjects to learn from. */
function acrossSubjects(
  key: string,
  isAsked: boolean,
  split: Pipeline['evaluate']['split'],
): readonly Rule[] {
  return [
    {
      ...{ key, holds: !isAsked || split !== 'leave-one-run-out', found: split },
      expected: 'nothing with leave-one-run-out: it goes with leave-one-subject-out and k-fold',
    },
  ]
}

function paperRules({
  choose,
  clean,
  select,
  align,
  evaluate,
  classify,
}: Pipeline): readonly Rule[] {
  const fits = (key: string, holds: boolean, expected: string, found: string): Rule => ({
    ...{ key, holds, found },
    expected: `${expected} (protocol paper)`,
  })
  const { split } = evaluate
  const isPooled = split === 'volumes' || split === 'grouped'
  return [
    fits(
      'choose',
      choose === undefined,
      'nothing: all settings are as published',
      Object.keys(choose?.grid ?? {}).join(', '),
    ),
    fits('align.parcels', align.parcels === undefined, 'nothing', align.parcels ?? ''),
    fits(
      'evaluate.learningCurve',
      evaluate.learningCurve === undefined,
      'nothing: nobody is calibrated',
      String(evaluate.learningCurve),
    ),
    fits('evaluate.withinSubject', !evaluate.withinSubject, 'false', 'true'),
    fits(
      'evaluate.split',
      isPooled || split === 'leave-one-subject-out',
      'leave-one-subject-out, volumes or grouped',
      split,
    ),
    fits('evaluate.unit', evaluate.unit === 'volume', 'volume', evaluate.unit),
    fits('clean.baseline', clean.baseline === 'none', 'none', clean.baseline),
    fits('clean.detrend', clean.detrend === 'none', 'none', String(clean.detrend)),
    fits('clean.confounds', clean.confounds.length === 0, 'none', clean.confounds.join(', ')),
    fits(
      'classify.innerSubjects',
      classify.innerSubjects === 0,
      '0: nothing is held out of training but what is scored',
      String(classify.innerSubjects),
    ),
    fits(
      'select.mode',
      !isPooled || select.mode !== 'per-subject',
      'shared or all with a single split of volumes, runs or subjects',
      select.mode,
    ),
    fits(
      'align.method',
      !isPooled || align.method === 'none',
      'none with a single split of volumes, runs or subjects',
      align.method,
    ),
    fits(
      'evaluate.oversample',
      !isPooled || !evaluate.oversample,
      'false with a single split of volumes, runs or subjects',
      'true',
    ),
  ]
}
