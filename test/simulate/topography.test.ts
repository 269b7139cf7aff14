import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { createBrain } from '../../src/simulate/brain.ts'
import { drawTopography } from '../../src/simulate/topography.ts'
import { correlation, mean, small } from './_small.ts'

const brain = createBrain([16, 16, 12], 2.3)
const options = { ...small, shape: [16, 16, 12] as const, topographySd: 0.3 }
const draw = (subject: string, changes: object = {}) =>
  drawTopography(brain, { ...options, ...changes }, createRng('shared'), createRng(subject))

describe('drawTopography', () => {
  it('has one row per responding voxel and the stated SD', () => {
    const { data, nRows, nCols } = draw('a')
    expect([nRows, nCols]).toEqual([brain.region.length, 12])
    expect(Math.sqrt(mean(data.map((value) => value * value)))).toBeCloseTo(0.3, 1)
  })

  it('is unrelated between subjects at correlation 0, the same at 1, and as stated between', () => {
    const between = (topographyCorrelation: number) =>
      correlation(
        draw('a', { topographyCorrelation }).data,
        draw('b', { topographyCorrelation }).data,
      )
    expect(Math.abs(between(0))).toBeLessThan(0.06)
    expect(Math.abs(between(0.6) - 0.6)).toBeLessThan(0.06)
    expect(between(1)).toBeCloseTo(1, 10)
  })

  it('changes from voxel to voxel unless smooth', () => {
    const neighbours = (topographySigmaVoxels: number) => {
      const { data, nCols } = draw('a', { topographySigmaVoxels })
      const pairs = [...brain.region.keys()].filter(
        (row) => brain.region[row + 1] === brain.region[row]! + 1,
      )
      const values = (offset: number) =>
        pairs.flatMap((row) => [
          ...data.subarray((row + offset) * nCols, (row + offset + 1) * nCols),
        ])
      return correlation(values(0), values(1))
    }
    expect(Math.abs(neighbours(0))).toBeLessThan(0.1)
    expect(neighbours(1.5)).toBeGreaterThan(0.6)
  })
})
