import { describe, expect, it } from 'vitest'
import { runStrictFold } from '../../../src/evaluate/protocol/strict.ts'
import { learnFromLess } from '../../../src/evaluate/protocol/learn-from-less.ts'
import { fitDecoder } from '../../../src/evaluate/protocol/fit.ts'
import { splitRuns } from '../../../src/evaluate/protocol/splits.ts'
import { makeContext, makePipeline, makeStudy } from './_study.ts'

const none = { inner: {}, states: [] }

describe('learnFromLess', () => {
  it('rises with the calibration, and ends at the score of the fold', async () => {
    const context = makeContext(makePipeline(['evaluate.learningCurve=[0.2, 1]']))
    const { learningCurve, models } = await runStrictFold(context, makeStudy(), '02')
    expect(learningCurve!.unit).toBe('minutes')
    expect(learningCurve!.points.map(({ minutes }) => minutes)).toEqual([0.2, 1, 2])
    const [least, , most] = learningCurve!.points
    expect(most!.accuracy).toBe(models.lda!.calibrated.accuracy)
    expect(most!.balancedAccuracy).toBeGreaterThan(least!.balancedAccuracy + 0.1)
  })

  it('counts whole runs of every rotation', async () => {
    const rotating = makeStudy().map((subject) => ({
      ...subject,
      ...splitRuns(subject.subject, subject.runs.slice(1), { calibration: { kind: 'rotate' } }),
    }))
    const three = rotating.map((subject, s) => {
      const { runs } = makeStudy()[s]!
      const rotations = subject.rotations.map(({ evaluation, calibration }) => ({
        evaluation,
        calibration: [runs[0]!, ...calibration],
      }))
      return { ...subject, rotations, training: { ...subject.training, calibration: runs } }
    })
    const context = makeContext(makePipeline(['evaluate.learningCurve=runs']))
    const [held, ...training] = three
    const decoder = await fitDecoder(context, training, 'calibrated', [
      { name: 'lda', options: {} },
    ])
    const curve = await learnFromLess(context, decoder, held!, none)
    expect(curve!.unit).toBe('runs')
    expect(curve!.points.map(({ amount }) => amount)).toEqual([1, 2])
  })

  it('is nothing unless it is asked for', async () => {
    const [held, ...training] = makeStudy()
    const context = makeContext()
    const decoder = await fitDecoder(context, training, 'calibrated', [
      { name: 'lda', options: {} },
    ])
    expect(await learnFromLess(context, decoder, held!, none)).toBeUndefined()
  })
})
