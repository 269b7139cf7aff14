import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { doubleGammaHrf } from '../../src/preprocess/hrf.ts'
import { createBrain } from '../../src/simulate/brain.ts'
import { drawBlockOrders } from '../../src/simulate/design.ts'
import { drawConditionPatterns, drawFilm } from '../../src/simulate/latents.ts'
import { simulateSubject } from '../../src/simulate/subject.ts'
import { small } from './_small.ts'

const subjectOf = (label: string, changes: object = {}) => {
  const options = { ...small, ...changes }
  const rng = createRng('simulate/0')
  const { shape, regionRadiusVoxels, calibrationVolumes, latentDims } = options
  const brain = createBrain(shape, regionRadiusVoxels)
  const film = drawFilm(calibrationVolumes, latentDims, doubleGammaHrf(2), rng.fork('film'))
  const patterns = drawConditionPatterns(2, options, rng.fork('conditions'))
  const orders = drawBlockOrders(options, rng.fork('design'))
  const subject = simulateSubject(
    { brain, film, patterns },
    orders[Number(label) - 1]!,
    options,
    rng,
    label,
  )
  return { brain, film, runs: [...subject.runs()], topography: subject.topography }
}

describe('simulateSubject', () => {
  it('makes the film first, then the task runs with their events', () => {
    const { runs } = subjectOf('01', { runs: 2 })
    expect(runs.map(({ task, run, nVolumes }) => [task, run, nVolumes])).toEqual([
      ['calibration', 1, 40],
      ['emotion', 1, 81],
      ['emotion', 2, 81],
    ])
    expect(runs[0]!.events).toEqual([{ onset: -32, duration: 112, trialType: 'film' }])
    expect(runs[1]!.events).toHaveLength(4)
  })

  it('shows all subjects the same film: without a mind of their own their latents agree', () => {
    const quiet = { latentNoiseSd: 0 }
    const [a, b] = [subjectOf('01', quiet), subjectOf('02', quiet)]
    expect(a.runs[0]!.latents.data).toEqual(a.film.data)
    expect(b.runs[0]!.latents.data).toEqual(a.film.data)
    expect(b.topography.data).not.toEqual(a.topography.data)
    expect(b.runs[0]!.volumes).not.toEqual(a.runs[0]!.volumes)
  })

  it('shows each subject the blocks in an order of its own', () => {
    const order = (label: string) =>
      subjectOf(label, { volumes: 153 }).runs[1]!.events.map((event) => event.trialType)
    expect(order('01')).not.toEqual(order('02'))
  })

  it('changes nothing but the response of the responding voxels when the effect is taken away', () => {
    const [real, none] = [subjectOf('01'), subjectOf('01', { null: true })]
    expect(none.runs[0]!.volumes).toEqual(real.runs[0]!.volumes)
    expect(none.runs[1]!.events).toEqual(real.runs[1]!.events)
    const { brain } = real
    const region = new Set(brain.region)
    const changed = new Set<number>()
    none.runs[1]!.volumes.forEach((value, i) => {
      if (value !== real.runs[1]!.volumes[i]) changed.add(i % brain.nVoxels)
    })
    expect([...changed].every((voxel) => region.has(voxel))).toBe(true)
    expect(changed.size).toBe(region.size)
  })
})
