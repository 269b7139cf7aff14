import { describe, expect, it } from 'vitest'
import { createRng } from '../../../../src/core/rng.ts'
import { runSingleSplit } from '../../../../src/evaluate/protocol/paper/single-split.ts'
import type { SubjectData } from '../../../../src/evaluate/protocol/subject-data.ts'
import { makeContext, subjects } from '../_study.ts'
import { makeSubject } from '../_subject.ts'
import { makeSplitPipeline } from './_paper.ts'

describe('runSingleSplit', () => {
  it('finds neighbours in time in pure noise when volumes are dealt, and nothing when subjects are', async () => {
    const byVolume = await runSingleSplit(makeContext(makeSplitPipeline()), makeDriftingNoise())
    const grouped = makeSplitPipeline(['evaluate.split=grouped', 'evaluate.shares.test=0.4'])
    const bySubject = await runSingleSplit(makeContext(grouped), makeDriftingNoise())
    const score = ({ models }: typeof byVolume): number =>
      models['nearest-neighbour']!.calibrated.balancedAccuracy
    expect(score(byVolume)).toBeGreaterThan(0.75)
    expect(Math.abs(score(bySubject) - 1 / 3)).toBeLessThan(0.13)
    expect(byVolume.leaks.some((leak) => leak.includes('neighbours in time'))).toBe(true)
    expect(bySubject.leaks).toEqual([])
  })

  it('says that other runs of the subject trained, when whole runs are dealt', async () => {
    const pipeline = makeSplitPipeline([
      'evaluate.split=grouped',
      'evaluate.groupBy=run',
      'evaluate.shares.test=0.5',
    ])
    const fold = await runSingleSplit(makeContext(pipeline), makeDriftingNoise())
    expect(fold.leaks).toEqual([expect.stringContaining('other runs of the scored subjects')])
  })

  it('is one fold over everybody, of the shares asked for', async () => {
    const fold = await runSingleSplit(makeContext(makeSplitPipeline()), makeDriftingNoise())
    expect(fold).toMatchObject({ subject: 'all', nSelectedVoxels: 30, nTrainingVolumes: 384 })
    expect(fold.models['nearest-neighbour']!.calibrated.nTest).toBe(120)
  })
})

/** Noise that resembles itself from one volume to the next, and labels in blocks. */
function makeDriftingNoise(): SubjectData[] {
  const nVoxels = 30
  return subjects.map((subject) => {
    const rng = createRng(`drift ${subject}`)
    const makeRun = (run: string) => {
      const labels = rng
        .shuffle([0, 1, 2, 0, 1, 2, 0, 1, 2, 2])
        .flatMap((label) => Array<number>(6).fill(label))
      let state = Array.from({ length: nVoxels }, () => rng.normal())
      const volumes = labels.map(() => (state = state.map((x) => 0.8 * x + 0.6 * rng.normal())))
      return { task: 'emotion', run, labels, volumes }
    }
    return makeSubject(subject, [makeRun('1'), makeRun('2')], { kind: 'rotate' }, nVoxels)
  })
}
