import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { createBrain } from '../../src/simulate/brain.ts'
import { fieldCovariance } from '../../src/simulate/covariance.ts'
import { createTexture, textureSd } from '../../src/simulate/texture.ts'
import { mean, small } from './_small.ts'

const brain = createBrain(small.shape, small.regionRadiusVoxels)
const options = { ...small, texture: true, textureSd: 2 }
const nVolumes = 600

/** Volumes in which one condition is active as given. */
function fields(condition: 0 | 1, active = 1, seed: string | number = 1): Float64Array[] {
  const activity = { data: new Float64Array(2 * nVolumes), nRows: nVolumes, nCols: 2 }
  for (let t = 0; t < nVolumes; t++) activity.data[2 * t + condition] = active
  const add = createTexture(brain, activity, options, createRng(seed))
  return Array.from({ length: nVolumes }, (_, t) => {
    const values = new Float64Array(brain.nVoxels)
    add(t, values)
    return values
  })
}

describe('createTexture', () => {
  it('draws fields of mean zero whose covariance is that of their condition', () => {
    for (const condition of [0, 1] as const) {
      const volumes = fields(condition)
      const expected = fieldCovariance(brain, options.textureSigmaVoxels[condition])
      const n = brain.region.length
      for (const [i, j] of [
        [0, 0],
        [0, 1],
        [3, 4],
        [n - 1, n - 1],
      ] as const) {
        const [a, b] = [brain.region[i]!, brain.region[j]!]
        const product = mean(volumes.map((values) => values[a]! * values[b]!))
        // Standard error of a product of two normals of variance 4: at most 4 sqrt(2 / 600).
        expect(Math.abs(product - 4 * expected[i * n + j]!)).toBeLessThan(0.95)
        expect(Math.abs(mean(volumes.map((values) => values[a]!)))).toBeLessThan(0.35)
      }
    }
  })

  it('is coarser in negative blocks than in neutral ones', () => {
    const roughness = (condition: 0 | 1): number => {
      const pairs = [...brain.region].filter((voxel) => brain.region.includes(voxel + 1))
      return mean(
        fields(condition).map((values) =>
          mean(pairs.map((voxel) => (values[voxel]! - values[voxel + 1]!) ** 2)),
        ),
      )
    }
    expect(roughness(1)).toBeGreaterThan(3 * roughness(0))
  })

  it('scales with activity and leaves the other voxels and volumes at rest alone', () => {
    const [whole, half, none] = [fields(0), fields(0, 0.5), fields(0, 0)]
    const voxel = brain.region[0]!
    expect(half[7]![voxel]).toBeCloseTo(whole[7]![voxel]! / 2, 12)
    expect(none.every((values) => values.every((value) => value === 0))).toBe(true)
    const region = new Set(brain.region)
    expect(whole[7]!.every((value, v) => region.has(v) || value === 0)).toBe(true)
  })

  it('is drawn anew for every volume, and the same for the same stream', () => {
    const voxel = brain.region[0]!
    const [a, b] = [fields(0), fields(0)]
    expect(a[3]![voxel]).toBe(b[3]![voxel])
    expect(a[3]![voxel]).not.toBe(a[4]![voxel])
  })
})

describe('textureSd', () => {
  it('follows the effect and is nothing in a null dataset', () => {
    expect(textureSd({ ...options, effect: 1.5 })).toBe(3)
    expect(textureSd({ ...options, null: true })).toBe(0)
  })
})
