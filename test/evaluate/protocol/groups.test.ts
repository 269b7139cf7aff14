import { describe, expect, it } from 'vitest'
import { divideSubjects } from '../../../src/evaluate/protocol/groups.ts'
import { makePipeline, makeStudy, subjects } from './_study.ts'

const study = makeStudy()

describe('divideSubjects', () => {
  it('leaves out the scored subject alone, and draws the inner ones from the others', () => {
    const { training, inner } = divideSubjects(study, '05', makePipeline())
    expect(training.map(({ subject }) => subject)).toEqual(['01', '02', '03', '04'])
    expect(inner).toEqual(['01'])
  })

  it('holds out groups that differ by one subject at most and cover everybody', () => {
    const pipeline = makePipeline([
      'evaluate.split=k-fold',
      'evaluate.folds=2',
      'classify.innerSubjects=0',
    ])
    const outside = subjects.map((subject) =>
      divideSubjects(study, subject, pipeline)
        .training.map((one) => one.subject)
        .join(),
    )
    const groups = new Map<string, string[]>()
    outside.forEach((key, i) => groups.set(key, [...(groups.get(key) ?? []), subjects[i]!]))
    expect([...groups.values()].map(({ length }) => length).sort()).toEqual([2, 3])
    for (const [key, group] of groups)
      for (const subject of group) expect(key.split(',')).not.toContain(subject)
  })

  it('gives all subjects of a group the same inner subjects, so that one fit serves them', () => {
    const pipeline = makePipeline(['evaluate.split=k-fold', 'evaluate.folds=3'])
    const keys = new Set(
      subjects.map((subject) => {
        const { training, inner } = divideSubjects(study, subject, pipeline)
        return JSON.stringify([training.map((one) => one.subject), inner])
      }),
    )
    expect(keys.size).toBe(3)
  })

  it('needs as many subjects as groups', () => {
    const pipeline = makePipeline(['evaluate.split=k-fold', 'evaluate.folds=6'])
    expect(() => divideSubjects(study, '01', pipeline)).toThrow(
      expect.objectContaining({ code: 'TOO_FEW_SUBJECTS' }) as Error,
    )
  })
})
