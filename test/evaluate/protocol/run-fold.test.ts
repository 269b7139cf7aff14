import { describe, expect, it } from 'vitest'
import { foldNames, runFold } from '../../../src/evaluate/protocol/run-fold.ts'
import { splitRuns } from '../../../src/evaluate/protocol/splits.ts'
import { makeContext, makePipeline, makeStudy, subjects } from './_study.ts'

const paper = [
  'protocol=paper',
  'clean.detrend=none',
  'clean.baseline=none',
  'select.mode=all',
  'align.method=none',
  'classify.innerSubjects=0',
]

describe('foldNames', () => {
  it('has one fold per subject, and a single one where one split scores everybody', () => {
    expect(foldNames(makePipeline(), subjects)).toEqual(subjects)
    expect(foldNames(makePipeline([...paper, 'evaluate.split=volumes']), subjects)).toEqual(['all'])
  })
})

describe('runFold', () => {
  it.each([
    ['strict', [], '02', ['01', '03', '04', '05']],
    ['k-fold', ['evaluate.split=k-fold', 'evaluate.folds=3'], '02', undefined],
    ['paper', paper, '02', ['01', '03', '04', '05']],
    ['a single split', [...paper, 'evaluate.split=grouped'], 'all', undefined],
    ['within a subject', ['evaluate.split=leave-one-run-out', 'align.method=none'], '02', []],
  ] as const)('runs %s', async (_, settings, name, training) => {
    const context = makeContext(makePipeline(settings))
    const study = makeStudy().map((subject) => {
      const runs = subject.runs.filter(({ id }) => id.task === 'emotion')
      const rotating = splitRuns(subject.subject, runs, { calibration: { kind: 'rotate' } })
      return settings.some((setting) => setting.includes('run-out'))
        ? { ...subject, runs, ...rotating }
        : subject
    })
    const fold = await runFold(context, study, name)
    expect(fold.subject).toBe(name)
    expect(fold.models.lda!.calibrated.nTest).toBeGreaterThan(30)
    if (training !== undefined) expect(fold.trainingSubjects).toEqual(training)
    else expect(fold.trainingSubjects.length).toBeLessThan(5)
  })
})
