import { describe, expect, it } from 'vitest'
import { runStrictFold } from '../../src/evaluate/protocol/strict.ts'
import type { SubjectData } from '../../src/evaluate/protocol/subject-data.ts'
import { isRidgeOnly, openRidgePermutations } from '../../src/evaluate/ridge-permutations.ts'
import { permuteSubjects } from '../../src/pipeline/permuted-subjects.ts'
import { makeContext, makePipeline, makeStudy } from './protocol/_study.ts'

const ridgeOnly = (...settings: readonly string[]): ReturnType<typeof makeContext> =>
  makeContext(
    makePipeline([
      'align.method=none',
      'classify.model=ridge',
      'classify.baselines=[]',
      'evaluate.zeroShot=false',
      ...settings,
    ]),
  )

/** A study in which one run of one subject lacks voxels. */
function withSmallerMask(): SubjectData[] {
  return makeStudy().map((subject) => {
    if (subject.subject !== '03') return subject
    const [film] = subject.runs
    const smaller = { ...film!, maskVoxels: film!.maskVoxels.filter((voxel) => voxel !== 5) }
    const swap = (runs: SubjectData['runs']): SubjectData['runs'] =>
      runs.map((run) => (run === film ? smaller : run))
    return {
      ...subject,
      runs: swap(subject.runs),
      rotations: subject.rotations.map(({ calibration, evaluation }) => ({
        ...{ calibration: swap(calibration), evaluation: swap(evaluation) },
      })),
      training: {
        ...{ calibration: swap(subject.training.calibration) },
        labelled: swap(subject.training.labelled),
      },
    }
  })
}

describe('the scores of a ridge under permuted labels', () => {
  it.each([
    ['whole masks', [], makeStudy()],
    ['masks that differ', ['select.k=4'], withSmallerMask()],
    [
      'another penalty and no inner fit',
      ['classify.options.alpha=40', 'classify.innerSubjects=0'],
      makeStudy(),
    ],
    ['a running baseline', ['clean.baseline=running', 'select.k=5'], makeStudy()],
  ])('are those of the whole pipeline, with %s', async (_, settings, subjects) => {
    const context = ridgeOnly(...settings)
    expect(isRidgeOnly(context, subjects)).toBe(true)
    const score = await openRidgePermutations(context, subjects)
    const seen = new Set<number>()
    for (let permutation = 1; permutation <= 3; permutation++) {
      const permuted = permuteSubjects(subjects, 0, permutation)
      for (const { subject } of permuted) {
        const { models } = await runStrictFold(context, permuted, subject)
        expect(score(permuted, subject)).toBe(models.ridge!.calibrated.balancedAccuracy)
        seen.add(score(permuted, subject))
      }
    }
    expect(seen.size).toBeGreaterThan(5)
  })

  it('are those of the true labels when these are given', async () => {
    const context = ridgeOnly()
    const subjects = makeStudy()
    const score = await openRidgePermutations(context, subjects)
    const { models } = await runStrictFold(context, subjects, '02')
    expect(score(subjects, '02')).toBe(models.ridge!.calibrated.balancedAccuracy)
  })
})

describe('isRidgeOnly', () => {
  it.each([
    'align.method=hyperalignment',
    'classify.model=lda',
    'classify.baselines=[lda]',
    'select.mode=all',
    'select.mode=per-subject',
    'evaluate.unit=block',
    'evaluate.split=leave-one-run-out',
    'data.calibration={ kind: rotate }',
  ])('does not hold with %s', (setting) => {
    expect(isRidgeOnly(ridgeOnly(setting), makeStudy())).toBe(false)
  })

  it('does not hold when folds choose settings by themselves', () => {
    const { pipeline } = ridgeOnly()
    const choosing = { ...pipeline, choose: { grid: { 'select.k': [5, 10] } } as never }
    expect(isRidgeOnly({ pipeline: choosing }, makeStudy())).toBe(false)
  })
})
