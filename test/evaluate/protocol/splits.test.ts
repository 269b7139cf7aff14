import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { splitRuns } from '../../../src/evaluate/protocol/splits.ts'
import { makeRun } from './_subject.ts'

const film = makeRun('01', { task: 'calibration', run: '1', labels: [-1, -1] })
const emotion = ['1', '2', '3'].map((run) =>
  makeRun('01', { task: 'emotion', run, labels: [0, 1, -1] }),
)

describe('splitRuns', () => {
  it('calibrates on the named task and scores the others', () => {
    const { rotations, training } = splitRuns('01', [film, ...emotion], {
      calibration: { kind: 'task', task: 'calibration' },
    })
    expect(rotations).toEqual([{ calibration: [film], evaluation: emotion }])
    expect(training).toEqual({ calibration: [film], labelled: emotion })
  })

  it('calibrates on the first runs, which train as well', () => {
    const { rotations, training } = splitRuns('01', emotion, {
      calibration: { kind: 'first', runs: 1 },
    })
    expect(rotations).toEqual([{ calibration: [emotion[0]], evaluation: emotion.slice(1) }])
    expect(training.labelled).toEqual(emotion)
  })

  it('scores every run once when runs rotate, and never calibrates on the scored one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), (nRuns) => {
        const runs = Array.from({ length: nRuns }, (_, i) =>
          makeRun('01', { task: 'emotion', run: String(i + 1), labels: [0, 1] }),
        )
        const { rotations } = splitRuns('01', runs, { calibration: { kind: 'rotate' } })
        expect(rotations.flatMap((rotation) => rotation.evaluation)).toEqual(runs)
        for (const { calibration, evaluation } of rotations) {
          expect(calibration).toHaveLength(nRuns - 1)
          expect(calibration.some((run) => evaluation.includes(run))).toBe(false)
        }
      }),
    )
  })

  it('refuses a subject with one run', () => {
    expect(() => splitRuns('01', [emotion[0]!], { calibration: { kind: 'rotate' } })).toThrow(
      expect.objectContaining({ code: 'STRICT_NEEDS_TWO_RUNS' }),
    )
  })

  it('refuses a subject without calibration runs, and one with nothing to score', () => {
    const byTask = { calibration: { kind: 'task', task: 'calibration' } } as const
    expect(() => splitRuns('01', emotion, byTask)).toThrow(
      expect.objectContaining({ code: 'CALIBRATION_RUNS_MISSING' }),
    )
    const first = { calibration: { kind: 'first', runs: 3 } } as const
    expect(() => splitRuns('01', emotion, first)).toThrow(
      expect.objectContaining({ code: 'CALIBRATION_RUNS_MISSING' }),
    )
  })
})
