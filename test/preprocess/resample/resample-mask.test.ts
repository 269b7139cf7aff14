import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Grid } from '../../../src/core/types.ts'
import { resampleMask } from '../../../src/preprocess/resample/index.ts'
import { centredGrid, scan } from '../_phantom.ts'

const ball = (grid: Grid, radius: number): Uint8Array =>
  Uint8Array.from(scan((place) => (Math.hypot(...place) <= radius ? 1 : 0), grid))
const volumeOf = (mask: Uint8Array, size: number): number =>
  mask.reduce((sum, value) => sum + value, 0) * size ** 3

describe('resampleMask', () => {
  it('takes the voxels that are at least half inside', () => {
    const fine: Grid = {
      shape: [4, 1, 1],
      affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    }
    const shifted = { ...fine, affine: fine.affine.map((value, i) => (i === 3 ? 0.25 : value)) }
    const mask = Uint8Array.of(0, 1, 1, 0)
    // A quarter voxel on: 0.25, 1, 0.75, 0 of each voxel are inside.
    expect([...resampleMask(mask, fine, shifted)]).toEqual([0, 1, 1, 0])
    expect([...resampleMask(mask, fine, shifted, { threshold: 0.25 })]).toEqual([1, 1, 1, 0])
    expect([...resampleMask(mask, fine, shifted, { threshold: 1 })]).toEqual([0, 1, 0, 0])
  })

  it('leaves a mask on its own grid as it is', () => {
    const grid = centredGrid([11, 9, 7], [3, 3, 3])
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 693, maxLength: 693, max: 1 }), (mask) => {
        fc.pre(mask.includes(1))
        expect(resampleMask(mask, grid, grid)).toEqual(mask)
      }),
      { numRuns: 20 },
    )
  })

  it('keeps the volume of a ball from fine to coarse and back', () => {
    const [fine, coarse] = [
      centredGrid([40, 40, 40], [2, 2, 2]),
      centredGrid([24, 24, 24], [3.3, 3.3, 3.3]),
    ]
    const truth = (4 / 3) * Math.PI * 30 ** 3
    expect(volumeOf(resampleMask(ball(fine, 30), fine, coarse), 3.3) / truth).toBeCloseTo(1, 1)
    expect(volumeOf(resampleMask(ball(coarse, 30), coarse, fine), 2) / truth).toBeCloseTo(1, 1)
  })

  it('finds the same place on a grid that is flipped', () => {
    const grid: Grid = {
      shape: [3, 1, 1],
      affine: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1],
    }
    const flipped = { ...grid, affine: [-2, 0, 0, 4, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1] }
    expect([...resampleMask(Uint8Array.of(7, 0, 0), grid, flipped)]).toEqual([0, 0, 1])
  })

  it('says when nothing is left', () => {
    const grid = centredGrid([4, 4, 4], [2, 2, 2])
    const away = { ...grid, affine: grid.affine.map((value, i) => (i === 7 ? 500 : value)) }
    const code = (expected: string) => expect.objectContaining({ code: expected }) as unknown
    expect(() => resampleMask(new Uint8Array(64).fill(1), grid, away)).toThrow(
      code('MASK_OUTSIDE_GRID'),
    )
    expect(() => resampleMask(new Uint8Array(64), grid, grid)).toThrow(code('MASK_OUTSIDE_GRID'))
    expect(() => resampleMask(new Uint8Array(64).fill(1), grid, grid, { threshold: 0 })).toThrow(
      code('VALUE_INVALID'),
    )
    expect(() => resampleMask(new Uint8Array(9), grid, grid)).toThrow(code('SHAPE_MISMATCH'))
  })
})
