import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { computeEpiMask } from '../../src/preprocess/epi-mask.ts'
import { createBrain, drawBaseline, voxelPosition } from '../../src/simulate/brain.ts'

const shape = [16, 16, 12] as const
const brain = createBrain(shape, 2.3)

describe('createBrain', () => {
  it('fills about a third of the default grid and responds in a few hundred voxels', () => {
    expect(brain.inBrain.reduce((sum, inside) => sum + inside, 0)).toBe(1112)
    expect(brain.region.length).toBe(210)
  })

  it('keeps every responding voxel inside the brain, ascending, and mirrored left to right', () => {
    const region = new Set(brain.region)
    expect([...brain.region]).toEqual([...brain.region].sort((a, b) => a - b))
    for (const voxel of brain.region) {
      const [x, y, z] = voxelPosition(shape, voxel)
      expect(brain.inBrain[voxel]).toBe(1)
      expect(region.has(15 - x + 16 * (y + 16 * z))).toBe(true)
    }
  })

  it('is as wide as a head and centred on the origin, whatever the grid', () => {
    for (const nx of [8, 16, 64]) {
      const { affine } = createBrain([nx, 8, 8], 1).grid
      expect(affine[0]! * nx).toBeCloseTo(192, 10)
      expect(affine[3]! + (affine[0]! * (nx - 1)) / 2).toBeCloseTo(0, 10)
    }
  })

  it('has responding voxels on the smallest grid with the smallest balls', () => {
    expect(createBrain([8, 8, 8], 1).region.length).toBeGreaterThan(4)
  })

  it('finds voxel positions back', () => {
    for (let voxel = 0; voxel < brain.nVoxels; voxel += 37) {
      const [x, y, z] = voxelPosition(shape, voxel)
      expect(x + 16 * (y + 16 * z)).toBe(voxel)
    }
  })
})

describe('drawBaseline', () => {
  it('is bright inside and dark outside, so that an EPI mask finds the brain', () => {
    const baseline = drawBaseline(brain, createRng(3))
    baseline.forEach((value, voxel) => {
      if (brain.inBrain[voxel] === 1) expect(Math.abs(value - 900)).toBeLessThanOrEqual(100)
      else expect(value).toBe(40)
    })
    const mask = computeEpiMask(baseline, brain.grid)
    let both = 0
    let either = 0
    mask.forEach((inside, voxel) => {
      both += inside & brain.inBrain[voxel]!
      either += inside + brain.inBrain[voxel]!
    })
    expect((2 * both) / either).toBeGreaterThan(0.9)
  })
})
