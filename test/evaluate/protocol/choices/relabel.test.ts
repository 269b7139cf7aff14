import { describe, expect, it } from 'vitest'
import { noMemo, type Memo } from '../../../../src/core/memo.ts'
import { relabelSubjects } from '../../../../src/evaluate/protocol/choices/relabel.ts'
import type { RunData, SubjectData } from '../../../../src/evaluate/protocol/subject-data.ts'
import { runStrictFold } from '../../../../src/evaluate/protocol/strict.ts'
import { makeContext, makePipeline, makeStudy } from '../_study.ts'

const shift = (labels: Int32Array, by: number): Int32Array =>
  labels.map((_, t) => labels[t - by] ?? 2)

/** The study with labels that come six volumes late at a lag of 0, and as they should at a lag of 5. */
function lagged(): SubjectData[] {
  return makeStudy().map((subject) => {
    const late = new Map<RunData, RunData>()
    for (const run of subject.runs) {
      const isFilm = run.id.task === 'calibration'
      const wrong = isFilm ? run.labels : shift(run.labels, 6)
      late.set(run, { ...run, labels: wrong, labelsByLag: { 0: wrong, 5: run.labels } })
    }
    const of = (runs: readonly RunData[]): RunData[] => runs.map((run) => late.get(run)!)
    return {
      ...subject,
      runs: of(subject.runs),
      rotations: subject.rotations.map(({ calibration, evaluation }) => ({
        ...{ calibration: of(calibration), evaluation: of(evaluation) },
      })),
      training: {
        calibration: of(subject.training.calibration),
        labelled: of(subject.training.labelled),
      },
    }
  })
}

const pipeline = makePipeline(['label.method={ kind: shift, lagSeconds: 5 }'])

describe('relabelSubjects', () => {
  it('changes labels and hashes, and keeps one run one run', () => {
    const [subject] = relabelSubjects(lagged(), pipeline, true)
    const [, first] = subject!.runs
    expect(first!.labels).toEqual(makeStudy()[0]!.runs[1]!.labels)
    expect(first!.sha256).toContain('/lag-5')
    expect(subject!.rotations[0]!.evaluation[0]).toBe(first)
    expect(subject!.training.labelled[0]).toBe(first)
  })

  it('changes nothing unless the lag is a choice', () => {
    const subjects = lagged()
    expect(relabelSubjects(subjects, pipeline, false)).toBe(subjects)
  })
})

describe('a lag chosen inside the fold', () => {
  const grid = { 'label.method.lagSeconds': [0, 5], 'select.k': [8, 10] }
  const choosing = {
    ...makePipeline(['label.method={ kind: shift, lagSeconds: 0 }']),
    choose: { grid, innerSubjects: 'all', by: 'balancedAccuracy' } as const,
  }

  it('is the one that decodes, for training and scored runs alike', async () => {
    const fold = await runStrictFold(makeContext(choosing), lagged(), '02')
    expect(fold.choices).toMatchObject({ 'label.method.lagSeconds': 5 })
    expect(fold.models.lda!.calibrated.balancedAccuracy).toBeGreaterThan(0.75)
  })

  it('scores each lag with its own labels', async () => {
    const keys: unknown[] = []
    const recording: Memo = (stage, key, compute) => {
      if (stage === 'inner-scores') keys.push((key as { inner: unknown }).inner)
      return noMemo(stage, key, compute)
    }
    await runStrictFold(makeContext(choosing, recording), lagged(), '02')
    expect(keys).toHaveLength(8)
    expect(JSON.stringify(keys)).toContain('/lag-0')
  })
})
