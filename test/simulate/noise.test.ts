import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { createAutoregression, createDrift, createVolumeNoise } from '../../src/simulate/noise.ts'
import { axisCorrelation, createSmoother } from '../../src/simulate/smoothing.ts'
import { correlation, mean, small } from './_small.ts'

describe('createAutoregression', () => {
  it('follows the recursion, by hand', () => {
    const innovations = [1, 0, 2]
    const next = createAutoregression(1, 0.6, (values) => (values[0] = innovations.shift()!))
    expect(next()[0]).toBe(1)
    expect(next()[0]).toBeCloseTo(0.6, 12)
    expect(next()[0]).toBeCloseTo(0.36 + 0.8 * 2, 12)
  })
})

describe('createVolumeNoise', () => {
  const nVoxels = 800
  const next = createVolumeNoise(small, createRng(0))
  const volumes = Array.from({ length: 400 }, () => next().slice())
  const course = (voxel: number) => volumes.map((volume) => volume[voxel]!)

  it('has the variance of its white and its smooth part', () => {
    expect(mean(volumes.flatMap((v) => [...v.map((x) => x * x)]))).toBeCloseTo(1 + 0.49, 1)
  })

  it('is correlated with itself one volume earlier as asked for, and independent beyond an AR(1)', () => {
    const at = (lag: number) =>
      mean(
        Array.from({ length: 100 }, (_, i) => {
          const values = course((i * 8) % nVoxels)
          return correlation(values.slice(lag), values.slice(0, -lag))
        }),
      )
    expect(Math.abs(at(1) - 0.4)).toBeLessThan(0.02)
    expect(Math.abs(at(2) - 0.16)).toBeLessThan(0.025)
  })

  it('is correlated between neighbours as its smooth part says', () => {
    const [axis] = createSmoother(small.shape, 1).map(axisCorrelation)
    const stated = (0.49 * axis![4 * 10 + 5]!) / 1.49
    const found = mean(
      Array.from({ length: 40 }, (_, i) => {
        const voxel = 4 + 10 * (i * 2)
        return correlation(course(voxel), course(voxel + 1))
      }),
    )
    expect(Math.abs(found - stated)).toBeLessThan(0.03)
  })

  it('is the same for the same stream and another for another', () => {
    const first = (seed: number) => [...createVolumeNoise(small, createRng(seed))()]
    expect(first(5)).toEqual(first(5))
    expect(first(5)).not.toEqual(first(6))
  })
})

describe('createDrift', () => {
  const nVolumes = 60
  const addDrift = createDrift({ ...small, driftSd: 0.4 }, nVolumes, createRng(0))
  const volumes = Array.from({ length: nVolumes }, (_, volume) => {
    const values = new Float64Array(800)
    addDrift(volume, values)
    return values
  })

  it('has the stated SD and no mean over the run', () => {
    expect(Math.sqrt(mean(volumes.flatMap((v) => [...v.map((x) => x * x)])))).toBeCloseTo(0.4, 1)
    for (let voxel = 0; voxel < 800; voxel += 79)
      expect(mean(volumes.map((volume) => volume[voxel]!))).toBeCloseTo(0, 10)
  })

  it('is slow', () => {
    for (let voxel = 0; voxel < 800; voxel += 79) {
      const values = volumes.map((volume) => volume[voxel]!)
      expect(correlation(values.slice(1), values.slice(0, -1))).toBeGreaterThan(0.95)
    }
  })
})
