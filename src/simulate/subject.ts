/** Options and a subject's number -> that subject's runs, one at a time, and what a perfect decoder makes of them. */
import { computeRegressors } from '../preprocess/hrf.ts'
import { labelVolumes } from '../preprocess/labels.ts'
import type { Matrix64 } from '../core/types.ts'
import type { Rng } from '../core/rng.ts'
import { drawBaseline, type Brain } from './brain.ts'
import { blockEvents, conditionNames, filmEvents, type BlockEvent } from './design.ts'
import { addLatentNoise, taskResponse } from './latents.ts'
import type { SimulateOptions } from './options.ts'
import type { OracleScore } from './oracle.ts'
import { createJudge } from './judge.ts'
import { simulateRun } from './run.ts'
import { createTexture } from './texture.ts'
import { drawTopography } from './topography.ts'

/** The classes that task volumes are labelled with; rest is where no condition is active. */
export const classNames = [...conditionNames, 'rest'] as const

/** How task volumes are labelled for the oracle: the defaults of the label step. */
export const oracleLabelMethod = { kind: 'hrf', threshold: 0.5, restThreshold: 0.1 } as const

/** What all subjects of a dataset have in common. */
export interface SharedTruth {
  readonly brain: Brain
  /** The film's course, `[calibrationVolumes x latentDims]`. */
  readonly film: Matrix64
  /** Latent response per condition, `[nConditions x latentDims]`. */
  readonly patterns: Matrix64
}

/** One finished run. */
export interface SubjectRun {
  readonly task: 'calibration' | 'emotion'
  /** 1-based, as in BIDS. */
  readonly run: number
  /** `[nVolumes x nVoxels]`, scanner units. */
  readonly volumes: Int16Array
  readonly nVolumes: number
  /** Evoked and own activity, `[nVolumes x latentDims]`. */
  readonly latents: Matrix64
  readonly events: readonly BlockEvent[]
}

/** A subject's truth, its runs as they are made, and its oracle once they all are. */
export interface SimulatedSubject {
  /** `[nRegionVoxels x latentDims]`. */
  readonly topography: Matrix64
  /** Makes the runs in order; each is made when it is asked for. */
  readonly runs: () => Generator<SubjectRun>
  /** Score over the task runs made so far. */
  readonly score: () => OracleScore
}

/**
 * Sets one subject up.
 *
 * @param shared - What all subjects have in common.
 * @param orders - Condition per block of each task run.
 * @param options - The options of the dataset.
 * @param rng - Stream of the dataset.
 * @param label - BIDS label of the subject; its streams depend on it and the seed only.
 * @returns The subject.
 * @throws Never.
 */
export function simulateSubject(
  shared: SharedTruth,
  orders: readonly (readonly number[])[],
  options: SimulateOptions,
  rng: Rng,
  label: string,
): SimulatedSubject {
  const own = rng.fork(`sub-${label}`)
  const { brain } = shared
  const topographyStreams = [rng.fork('topography'), own.fork('topography')] as const
  const topography = drawTopography(brain, options, ...topographyStreams)
  const baseline = drawBaseline(brain, own.fork('baseline'))
  const judge = createJudge(brain, topography, shared.patterns, options)

  const makeRun = (
    task: SubjectRun['task'],
    run: number,
    response: Matrix64,
    regressors?: Matrix64,
  ) => {
    const stream = own.fork(`task-${task}_run-${run}`)
    const latents = addLatentNoise(response, options, stream.fork('latents'))
    const texture =
      options.texture && regressors !== undefined
        ? { addTexture: createTexture(brain, regressors, options, stream.fork('texture')) }
        : {}
    const parts = { brain, baseline, topography, latents, ...texture }
    const { volumes, regionByTime } = simulateRun(parts, options, stream)
    return { made: { task, run, volumes, nVolumes: latents.nRows, latents }, regionByTime }
  }

  function* runs(): Generator<SubjectRun> {
    yield { ...makeRun('calibration', 1, shared.film).made, events: filmEvents(options) }
    for (const [index, order] of orders.entries()) {
      const events = blockEvents(order, options.blockSeconds)
      const regressors = computeRegressors(events, conditionNames, {
        nVolumes: options.volumes,
        trSeconds: options.trSeconds,
        kernel: 'spm',
      })
      const response = taskResponse(regressors, shared.patterns)
      const { made, regionByTime } = makeRun('emotion', index + 1, response, regressors)
      judge.look(regionByTime, regressors, labelRun(events, options))
      yield { ...made, events }
    }
  }

  return { topography, runs, score: () => judge.score(classNames.length) }
}

function labelRun(events: readonly BlockEvent[], options: SimulateOptions): Int32Array {
  return labelVolumes(events, {
    classes: Object.fromEntries(conditionNames.map((name) => [name, [name]])),
    restClass: classNames[2],
    nVolumes: options.volumes,
    trSeconds: options.trSeconds,
    method: oracleLabelMethod,
  }).labels
}
