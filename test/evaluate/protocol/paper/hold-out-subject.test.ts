import { describe, expect, it } from 'vitest'
import { createRng } from '../../../../src/core/rng.ts'
import { holdOutSubjectAsPublished } from '../../../../src/evaluate/protocol/paper/hold-out-subject.ts'
import { runStrictFold } from '../../../../src/evaluate/protocol/strict.ts'
import type { SubjectData } from '../../../../src/evaluate/protocol/subject-data.ts'
import { makeContext, makePipeline, makeStudy, subjects } from '../_study.ts'
import { makeSubject } from '../_subject.ts'
import { makePaperPipeline } from './_paper.ts'

describe('holdOutSubjectAsPublished', () => {
  it('scores the held-out subject with equal classes and names every leak', async () => {
    const fold = await holdOutSubjectAsPublished(
      makeContext(makePaperPipeline()),
      makeStudy(),
      '02',
    )
    const { calibrated, unaligned } = fold.models.lda!
    expect(calibrated.confusion.map((row) => row.reduce((a, b) => a + b))).toEqual([40, 40, 40])
    expect(unaligned).toBeNull()
    expect(fold).toMatchObject({ subject: '02', innerSubjects: [], calibrationRuns: [] })
    expect(fold.evaluationRuns).toEqual(['sub-02/task-emotion/run-1', 'sub-02/task-emotion/run-2'])
    const kinds = fold.leaks.map((sentence) => sentence.split(':')[0])
    expect(kinds.sort()).toEqual([
      'Alignment',
      'Alignment',
      'Alignment',
      'Scaling',
      'Scoring',
      'Selection',
    ])
  })

  it('decodes pure noise far above chance, where the strict protocol is at chance', async () => {
    const study = makeNoise()
    const mean = async (score: (subject: string) => Promise<number>): Promise<number> => {
      let sum = 0
      for (const subject of subjects) sum += await score(subject)
      return sum / subjects.length
    }
    const paper = makeContext(makePaperPipeline(['select.k=60', 'align.components=60']))
    const leaky = await mean(
      async (subject) =>
        (await holdOutSubjectAsPublished(paper, study, subject)).models.lda!.calibrated
          .balancedAccuracy,
    )
    const strict = makeContext(makePipeline(['select.k=60', 'align.components=10']))
    const honest = await mean(
      async (subject) =>
        (await runStrictFold(strict, study, subject)).models.lda!.calibrated.balancedAccuracy,
    )
    expect(leaky).toBeGreaterThan(0.8)
    expect(Math.abs(honest - 1 / 3)).toBeLessThan(0.08)
  })
})

/** Subjects without anything in common but the film run's length: white noise, each with blocks in an order of its own. */
function makeNoise(): SubjectData[] {
  const nVoxels = 200
  return subjects.map((subject) => {
    const rng = createRng(`noise ${subject}`)
    const noise = (n: number): number[][] =>
      Array.from({ length: n }, () => Array.from({ length: nVoxels }, () => rng.normal()))
    const labels = (): number[] =>
      rng.shuffle([0, 1, 2, 0, 1, 2]).flatMap((label) => Array<number>(6).fill(label))
    return makeSubject(
      subject,
      [
        { task: 'calibration', run: '1', labels: Array<number>(40).fill(-1), volumes: noise(40) },
        ...['1', '2'].map((run) => ({
          task: 'emotion',
          run,
          labels: labels(),
          volumes: noise(36),
        })),
      ],
      { kind: 'task', task: 'calibration' },
      nVoxels,
    )
  })
}
