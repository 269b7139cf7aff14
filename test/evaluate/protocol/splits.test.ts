import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { splitRuns, splitSubject } from '../../../src/evaluate/protocol/splits.ts'
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

describe('splitRuns by minutes', () => {
  const long = ['1', '2'].map((run) =>
    makeRun('01', { task: 'emotion', run, labels: Array.from({ length: 60 }, (_, t) => t % 2) }),
  )
  const rule = (minutes: number, purgeSeconds = 20) =>
    ({ calibration: { kind: 'minutes', minutes, purgeSeconds } }) as const

  it('leaves out what follows the cut in the same run, and no more', () => {
    const { rotations, training, runs } = splitRuns('01', long, rule(1))
    const [{ calibration, evaluation }] = rotations as [(typeof rotations)[number]]
    expect(calibration.map(({ key, nVolumes }) => [key, nVolumes])).toEqual([
      ['sub-01/task-emotion/run-1/volumes-0-29', 30],
    ])
    expect(evaluation.map(({ key }) => key)).toEqual([
      'sub-01/task-emotion/run-1/volumes-40-59',
      'sub-01/task-emotion/run-2',
    ])
    expect(runs).toEqual([...calibration, ...evaluation])
    expect(training.labelled).toEqual(runs)
  })

  it('drops nothing where the cut falls between runs, and serves a single run', () => {
    const { rotations } = splitRuns('01', long, rule(2))
    expect(rotations[0]!.calibration).toEqual([long[0]])
    expect(rotations[0]!.evaluation).toEqual([long[1]])
    const alone = splitRuns('01', long.slice(0, 1), rule(1, 7))
    expect(alone.rotations[0]!.evaluation[0]!.firstVolume).toBe(34)
  })

  it('never lets a scored volume lie within the purge of a calibration volume', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 30, noNaN: true }),
        (minutes, purge) => {
          const { calibration, evaluation } = splitRuns('01', long, rule(minutes, purge))
            .rotations[0]!
          for (const a of calibration)
            for (const b of evaluation.filter(({ id }) => id.run === a.id.run)) {
              const last = (a.firstVolume ?? 0) + a.nVolumes
              expect(2 * ((b.firstVolume ?? 0) - last)).toBeGreaterThanOrEqual(purge - 1e-6)
            }
        },
      ),
    )
  })

  it('refuses a subject with nothing left to score', () => {
    expect(() => splitRuns('01', long, rule(4))).toThrow(
      expect.objectContaining({ code: 'CALIBRATION_RUNS_MISSING' }),
    )
  })
})

describe('splitSubject', () => {
  it('knows no calibration under protocol paper', () => {
    const pipeline = { protocol: 'paper', data: { calibration: { kind: 'rotate' } } } as const
    const split = splitSubject('01', emotion, pipeline as never)
    expect(split).toEqual({
      rotations: [],
      training: { calibration: emotion, labelled: emotion },
    })
  })
})
