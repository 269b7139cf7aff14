/** The runs that a pipeline reads -> the same, preprocessed into the cache of the run if it asks for that. */
import { join } from 'node:path'
import type { Emit } from '../../core/events.ts'
import { LimbicError, shortenFindings, type Finding } from '../../core/errors/index.ts'
import type { Pipeline } from '../../core/schemas/pipeline.ts'
import type { BidsRun } from '../../io/bids/index.ts'
import { defaultPreprocessOptions } from './options.ts'
import { planRuns, type ReferenceRules } from './plan-runs.ts'
import { preprocessRun } from './preprocess-run.ts'
import { describeSubjects, type SubjectPreprocessing } from './subject-preprocessing.ts'

/** Runs as a pipeline goes on with them. */
export interface PreparedRuns {
  readonly runs: readonly BidsRun[]
  readonly findings: readonly Finding[]
  /** Subject label -> how its volumes were preprocessed; empty where they were not. */
  readonly minimal: Readonly<Record<string, SubjectPreprocessing>>
}

/**
 * Preprocesses the runs of a pipeline with `data.preprocess: minimal`, and hands them on otherwise.
 *
 * @param runs - All runs, in order.
 * @param pipeline - Says whether, and which runs calibrate.
 * @param cacheDir - Derivatives go to `<cacheDir>/preprocess` and are found again there.
 * @param emit - Told of progress.
 * @returns The runs, with image, mask and confounds replaced, and how to do the same to further runs of their subjects. Slice timing is causal in all of them, and every volume is realigned by itself to a
 *   volume of a calibration run, so no scored volume depends on a later one.
 * @throws {LimbicError} `PIPELINE_VALUE_INVALID` when `data.derivatives` does not go with it, or when every run is scored in turn; those of `preprocessRun`.
 */
export async function prepareRuns(
  runs: readonly BidsRun[],
  pipeline: Pipeline,
  cacheDir: string,
  emit: Emit,
): Promise<PreparedRuns> {
  assertSettings(pipeline)
  if (pipeline.data.preprocess !== 'minimal') return { runs, findings: [], minimal: {} }
  const out = join(cacheDir, 'preprocess')
  const settings = { ...defaultPreprocessOptions, sliceTiming: 'causal' } as const
  const tasks = await planRuns(runs, referenceRules(runs, pipeline))
  const progress = { stage: 'preprocess', total: tasks.length, unit: 'runs' }
  const prepared: BidsRun[] = []
  const findings: Finding[] = []
  const started = performance.now()
  emit({ type: 'start', ...progress })
  for (const { run, reference } of tasks) {
    const done = await preprocessRun(run, { out, reference, settings, emit })
    prepared.push(done.run)
    findings.push(...done.findings)
    emit({ type: 'progress', ...progress, done: prepared.length })
  }
  emit({ type: 'done', stage: 'preprocess', seconds: (performance.now() - started) / 1000 })
  const minimal = describeSubjects(tasks)
  return { runs: prepared, findings: shortenFindings(findings, 'runs'), minimal }
}

function assertSettings({ name, data, evaluate }: Pipeline): void {
  const { preprocess, derivatives, calibration } = data
  // One reference serves all runs of a subject. Where every run is scored in turn it would be a volume of a scored run, and the runs that
  // calibrate for that run would be resampled to it: a leak that no fitted state shows.
  if (
    preprocess === 'minimal' &&
    (calibration.kind === 'rotate' || evaluate.split === 'leave-one-run-out')
  )
    throw new LimbicError('PIPELINE_VALUE_INVALID', {
      file: name,
      key: 'data.preprocess',
      expected:
        'none or fmriprep where every run is scored in turn, since minimal realigns all runs to a volume of a run that calibrates',
      found: preprocess,
    })
  const fits = preprocess === 'none' || (preprocess === 'fmriprep') === (derivatives !== undefined)
  if (fits) return
  throw new LimbicError('PIPELINE_VALUE_INVALID', {
    file: name,
    key: 'data.derivatives',
    expected:
      preprocess === 'fmriprep'
        ? 'the folder of derivatives, which data.preprocess: fmriprep needs'
        : 'no derivatives, since data.preprocess: minimal starts from the raw images',
    found: derivatives ?? 'nothing',
  })
}

/** The reference comes from runs that calibrate. */
function referenceRules(runs: readonly BidsRun[], { data }: Pipeline): ReferenceRules {
  const { calibration } = data
  if (calibration.kind === 'task')
    return { rule: 'typical', prefer: (run) => run.id.task === calibration.task }
  const nFirst = calibration.kind === 'first' ? calibration.runs : 0
  const isFirst = (run: BidsRun): boolean =>
    runs
      .filter(({ id }) => id.subject === run.id.subject)
      .slice(0, nFirst)
      .includes(run)
  return { rule: 'typical', prefer: isFirst }
}
