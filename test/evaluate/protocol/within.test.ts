import { describe, expect, it } from 'vitest'
import { runWithinSubject } from '../../../src/evaluate/protocol/within.ts'
import { splitRuns } from '../../../src/evaluate/protocol/splits.ts'
import { makeContext, makePipeline, makeStudy } from './_study.ts'

const settings = [
  'evaluate.split=leave-one-run-out',
  'select.mode=per-subject',
  'align.method=none',
]

describe('runWithinSubject', () => {
  it('scores every run with what the other runs taught', async () => {
    const subject = makeStudy()[0]!
    const runs = subject.runs.filter((run) => run.id.task === 'emotion')
    const rotating = {
      ...subject,
      runs,
      ...splitRuns('01', runs, { calibration: { kind: 'rotate' } }),
    }
    const fold = await runWithinSubject(makeContext(makePipeline(settings)), rotating)
    expect(fold.models.lda!.calibrated.nTest).toBe(80)
    expect(fold.models.lda!.calibrated.balancedAccuracy).toBeGreaterThan(0.8)
    expect(fold).toMatchObject({
      calibrationRuns: [],
      trainingSubjects: [],
      nSelectedVoxels: 10,
      nTrainingVolumes: 40,
    })
  })

  it('says what to set when the calibration runs have no labels to learn from', async () => {
    const run = runWithinSubject(makeContext(makePipeline(settings)), makeStudy()[0]!)
    await expect(run).rejects.toMatchObject({
      code: 'OWN_RUNS_UNLABELLED',
      message: expect.stringContaining('data.calibration={ kind: rotate }') as unknown,
    })
  })

  it('is at chance when the labels mean nothing', async () => {
    const shuffled = { subject: '01', labels: (old: number[]) => old.map((_, t) => t % 3) }
    const subject = makeStudy(shuffled)[0]!
    const runs = subject.runs.filter((run) => run.id.task === 'emotion')
    const rotating = {
      ...subject,
      runs,
      ...splitRuns('01', runs, { calibration: { kind: 'rotate' } }),
    }
    const fold = await runWithinSubject(makeContext(makePipeline(settings)), rotating)
    expect(Math.abs(fold.models.lda!.calibrated.balancedAccuracy - 1 / 3)).toBeLessThan(0.15)
  })
})
