import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { createBrain, voxelPosition } from '../../src/simulate/brain.ts'
import { factorCovariance, solveFactored } from '../../src/simulate/covariance.ts'
import { addLatentNoise } from '../../src/simulate/latents.ts'
import { simulateRun } from '../../src/simulate/run.ts'
import { drawTopography } from '../../src/simulate/topography.ts'
import { small } from './_small.ts'

const brain = createBrain(small.shape, small.regionRadiusVoxels)
const n = brain.region.length
const topography = drawTopography(brain, small, createRng('shared'), createRng('own'))

const product = (factor: Float64Array, i: number, j: number): number => {
  let sum = 0
  for (let k = 0; k <= Math.min(i, j); k++) sum += factor[i * n + k]! * factor[j * n + k]!
  return sum
}

describe('factorCovariance', () => {
  it('is white noise alone where there is nothing else', () => {
    const white = { ...small, whiteNoiseSd: 2, smoothNoiseSd: 0, latentNoiseSd: 0 }
    const factor = factorCovariance(brain, topography, white)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) expect(factor[i * n + j]).toBe(i === j ? 2 : 0)
  })

  it('adds smooth noise by distance, by hand', () => {
    const options = { ...small, latentNoiseSd: 0 }
    const factor = factorCovariance(brain, topography, options)
    const next = [...brain.region.keys()].find((i) => brain.region[i + 1] === brain.region[i]! + 1)!
    expect(voxelPosition(small.shape, brain.region[next]!)[0]).toBeGreaterThan(0)
    expect(product(factor, next, next)).toBeCloseTo(1 + 0.49, 10)
    // Autocorrelation of a Gaussian of SD 1 at distance 1, up to its truncation at 3 SD.
    expect(Math.abs(product(factor, next, next + 1) - 0.49 * Math.exp(-1 / 4))).toBeLessThan(0.02)
  })

  it('is the covariance that simulated volumes have', () => {
    const nVolumes = 4000
    const options = { ...small, driftSd: 0, topographySd: 1 }
    const strong = { ...topography, data: topography.data.map((value) => 3 * value) }
    const silence = {
      data: new Float64Array(nVolumes * small.latentDims),
      nRows: nVolumes,
      nCols: small.latentDims,
    }
    const latents = addLatentNoise(silence, options, createRng('latents'))
    const baseline = new Float64Array(brain.nVoxels)
    const { regionByTime } = simulateRun(
      { brain, baseline, topography: strong, latents },
      options,
      createRng('run'),
    )
    const factor = factorCovariance(brain, strong, options)
    for (const [i, j] of [
      [0, 0],
      [0, 1],
      [3, 9],
      [n - 1, n - 1],
      [n - 1, 2],
    ] as const) {
      let sum = 0
      for (let t = 0; t < nVolumes; t++)
        sum += regionByTime.data[t * n + i]! * regionByTime.data[t * n + j]!
      // Five standard errors of a covariance estimate, AR(1) taken into account.
      const spread = Math.sqrt(product(factor, i, i) * product(factor, j, j))
      const error = 5 * spread * Math.sqrt((2 * 1.4) / nVolumes)
      expect(Math.abs(sum / nVolumes - product(factor, i, j))).toBeLessThan(error)
    }
  })
})

describe('solveFactored', () => {
  it('gives back what the covariance was multiplied with', () => {
    const factor = factorCovariance(brain, topography, small)
    const rng = createRng(0)
    const x = Float64Array.from({ length: n }, () => rng.normal())
    const b = Float64Array.from({ length: n }, (_, i) =>
      x.reduce((sum, value, j) => sum + product(factor, i, j) * value, 0),
    )
    solveFactored(factor, b).forEach((value, i) => expect(value).toBeCloseTo(x[i]!, 8))
  })
})
