/** A small made-up study: five subjects whose voxels mix the same latent responses differently, with a film to align on. */
import { createRng, type Rng } from '../../../src/core/rng.ts'
import { silent } from '../../../src/core/events.ts'
import { noMemo, type Memo } from '../../../src/core/memo.ts'
import type { Pipeline } from '../../../src/core/schemas/pipeline.ts'
import type { ProtocolContext } from '../../../src/evaluate/protocol/context.ts'
import type { SubjectData } from '../../../src/evaluate/protocol/subject-data.ts'
import { parsePipeline } from '../../../src/pipeline/load.ts'
import { makeSubject, type MadeRun } from './_subject.ts'

const nLatent = 3
const nVoxels = 12
const patterns = [
  [2, 0, 0],
  [0, 2, 0],
  [0, 0, 0],
]

export const classes = ['negative', 'neutral', 'rest']
export const subjects = ['01', '02', '03', '04', '05']

/** The study. `relabel` may change the labels of one subject's emotion runs, without touching any volume. */
export function makeStudy(relabel?: {
  subject: string
  labels: (old: number[]) => number[]
}): SubjectData[] {
  const film = courses(createRng('film'), 60)
  return subjects.map((subject) => {
    const rng = createRng(`subject ${subject}`)
    const mixing = Array.from({ length: nLatent }, () =>
      Array.from({ length: nVoxels }, () => rng.normal()),
    )
    const runs: MadeRun[] = [
      {
        task: 'calibration',
        run: '1',
        labels: film.map(() => -1),
        volumes: film.map((latent) => mix(latent, mixing, rng)),
      },
      ...['1', '2'].map((run) => {
        const labels = rng
          .shuffle([0, 1, 2, 0, 1, 2, 2, 2])
          .flatMap((label) => Array<number>(5).fill(label))
        const volumes = labels.map((label) => mix(patterns[label]!, mixing, rng))
        const shown = relabel?.subject === subject ? relabel.labels(labels) : labels
        return { task: 'emotion', run, labels: shown, volumes }
      }),
    ]
    return makeSubject(subject, runs, { kind: 'task', task: 'calibration' }, nVoxels)
  })
}

/** Settings for the study; `steps` replaces the steps after `label`. */
export function makePipeline(overrides: readonly string[] = []): Pipeline {
  const text = `
name: study
steps:
  - stage: data
  - stage: label
    classes: { negative: [negative], neutral: [neutral] }
    rest: rest
  - stage: clean
    mask: all
    detrend: 0
  - stage: select
    k: 10
  - stage: align
    components: 3
  - stage: classify
    model: lda
    baselines: [nearest-centroid]
    innerSubjects: 1
`
  return parsePipeline(text, 'study.yaml', overrides)
}

export function makeContext(
  pipeline: Pipeline = makePipeline(),
  memo: Memo = noMemo,
): ProtocolContext {
  return {
    pipeline,
    classes,
    memo,
    emit: silent,
    rng: createRng(pipeline.seed),
    openEngine: () => Promise.reject(new Error('linear models need no engine')),
  }
}

function courses(rng: Rng, n: number): number[][] {
  return Array.from({ length: n }, () => Array.from({ length: nLatent }, () => 2 * rng.normal()))
}

function mix(latent: readonly number[], mixing: readonly number[][], rng: Rng): number[] {
  return Array.from(
    { length: nVoxels },
    (_, v) => 100 + latent.reduce((sum, x, l) => sum + x * mixing[l]![v]!, 0) + rng.normal(),
  )
}
