import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { createBrain, drawBaseline } from '../../src/simulate/brain.ts'
import { simulateRun } from '../../src/simulate/run.ts'
import { drawTopography } from '../../src/simulate/topography.ts'
import { mean, small } from './_small.ts'

const brain = createBrain(small.shape, small.regionRadiusVoxels)
const baseline = drawBaseline(brain, createRng('baseline'))
const topography = drawTopography(brain, small, createRng('shared'), createRng('own'))
const rng = createRng('latents')
const latents = {
  data: Float64Array.from({ length: 30 * small.latentDims }, () => rng.normal()),
  nRows: 30,
  nCols: small.latentDims,
}
const parts = { brain, baseline, topography, latents }
const nRegion = brain.region.length

describe('simulateRun', () => {
  it('is brightness plus response where noise is next to nothing', () => {
    const quiet = { ...small, whiteNoiseSd: 1e-9, smoothNoiseSd: 0, driftSd: 0 }
    const { volumes } = simulateRun(parts, quiet, createRng(0))
    for (const t of [0, 17, 29])
      brain.region.forEach((voxel, row) => {
        let response = 0
        for (let dim = 0; dim < latents.nCols; dim++)
          response +=
            topography.data[row * latents.nCols + dim]! * latents.data[t * latents.nCols + dim]!
        const expected = baseline[voxel]! + 10 * response
        expect(Math.abs(volumes[t * brain.nVoxels + voxel]! - expected)).toBeLessThan(0.501)
      })
    const outside = brain.inBrain.findIndex(
      (inside, v) => inside === 1 && !brain.region.includes(v),
    )
    expect(volumes[outside]).toBe(Math.round(baseline[outside]!))
  })

  it('shows the oracle what is stored, but for brightness, drift and rounding', () => {
    const { volumes, regionByTime } = simulateRun(parts, { ...small, driftSd: 0 }, createRng(0))
    brain.region.forEach((voxel, row) => {
      const stored = (volumes[5 * brain.nVoxels + voxel]! - baseline[voxel]!) / 10
      expect(Math.abs(stored - regionByTime.data[5 * nRegion + row]!)).toBeLessThan(0.0501)
    })
  })

  it('keeps drift from the oracle', () => {
    const still = simulateRun(parts, { ...small, driftSd: 0 }, createRng(0))
    const drifting = simulateRun(parts, { ...small, driftSd: 3 }, createRng(0))
    expect(drifting.regionByTime.data).toEqual(still.regionByTime.data)
    expect(drifting.volumes).not.toEqual(still.volumes)
  })

  it('is dark and never negative outside the brain', () => {
    const { volumes } = simulateRun(parts, small, createRng(0))
    expect(volumes.every((value) => value >= 0)).toBe(true)
    const air = [...volumes].filter((_, i) => brain.inBrain[i % brain.nVoxels] === 0)
    expect(Math.abs(mean(air) - 40)).toBeLessThan(1)
  })

  it('holds the same numbers for the same stream', () => {
    const again = () => simulateRun(parts, small, createRng(4)).volumes
    expect(again()).toEqual(again())
  })
})
