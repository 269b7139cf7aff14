/** A run directory -> maps of every fold's decoder, in the voxels of the subject that the fold held out. */
import type { Emit } from '../../core/events.ts'
import { LimbicError } from '../../core/errors/index.ts'
import { createRng } from '../../core/rng.ts'
import type { Pipeline } from '../../core/schemas/pipeline.ts'
import { interpretSubject, type ClassMaps } from '../../evaluate/interpret/index.ts'
import type { ProtocolContext } from '../../evaluate/protocol/context.ts'
import { runFold } from '../../evaluate/protocol/run-fold.ts'
import { classifierOf } from '../../train/classifiers.ts'
import { createDiskMemo } from '../cache.ts'
import { openDataset } from '../dataset.ts'
import { openOnce } from '../fold-task.ts'
import { cacheDirOf, readPlan } from '../run-plan.ts'
import type { InterpretedSubject, Interpretation } from './interpretation.ts'

/**
 * Explains the decoders of a run.
 *
 * @param run - The run directory.
 * @param options - `model`: a classifier of the run, its own model by default; `subjects`: all by default.
 * @param emit - Told of progress.
 * @returns Maps per subject, by the volumes that were scored. No decoder was fitted on the subject it is explained on.
 * @throws {LimbicError} `RUN_NOT_FOUND`; `OPTION_INVALID` for a subject that the run does not have; `INTERPRET_UNSUPPORTED` where a fold has no decoder that is held out and looks at voxels; and as the stages.
 * @remarks Stages are taken from the cache of the run; where it is gone, everything is fitted again.
 */
export async function interpretRun(
  run: string,
  options: { readonly model?: string; readonly subjects?: readonly string[] },
  emit: Emit,
): Promise<Interpretation> {
  const plan = await readPlan(run)
  const pipeline = scoresOnly(plan.pipeline)
  const model = options.model ?? pipeline.classify.model
  const subjects = openDataset(plan.dataset, pipeline)
  const known = subjects.map(({ subject }) => subject)
  const wanted = options.subjects ?? known
  const unknown = wanted.find((subject) => !known.includes(subject))
  if (unknown !== undefined)
    throw new LimbicError('OPTION_INVALID', {
      option: '--subjects',
      expected: `labels out of ${known.join(', ')}`,
      found: unknown,
    })
  const found: InterpretedSubject[] = []
  const progress = { stage: 'interpret', total: wanted.length, unit: 'subjects' }
  emit({ type: 'start', ...progress })
  for (const subject of wanted) {
    const maps: ClassMaps[] = []
    const context: ProtocolContext = {
      ...{ pipeline, classes: plan.dataset.classes, emit, rng: createRng(pipeline.seed) },
      memo: createDiskMemo(cacheDirOf(run), emit),
      openEngine: openOnce(pipeline.engine),
      onCalibrated: async ({ decoder, calibration, evaluation }) => {
        const state = decoder.models[model]
        const isBlind = classifierOf(model).reads !== undefined
        if (state === undefined || isBlind || decoder.population.variant !== 'calibrated') return
        maps.push(await interpretSubject(context, { name: model, state }, calibration, evaluation))
      },
    }
    await runFold(context, subjects, subject)
    if (maps.length === 0)
      throw new LimbicError('INTERPRET_UNSUPPORTED', {
        ...{ where: run, model, known: [pipeline.classify.model, ...pipeline.classify.baselines] },
      })
    const { grid } = plan.dataset.subjects.find((one) => one.subject === subject)!
    found.push({ subject, grid, maps })
    emit({ type: 'progress', ...progress, done: found.length })
  }
  return { model, classes: plan.dataset.classes, heldOut: true, subjects: found }
}

/** Neither the other variants nor curves nor ceilings are asked for again. */
function scoresOnly(pipeline: Pipeline): Pipeline {
  const off = { unaligned: false, zeroShot: false, withinSubject: false, permutations: 0 }
  return { ...pipeline, evaluate: { ...withoutCurve(pipeline.evaluate), ...off } }
}

function withoutCurve({
  learningCurve: _,
  ...evaluate
}: Pipeline['evaluate']): Pipeline['evaluate'] {
  return evaluate
}
