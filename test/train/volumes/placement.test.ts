import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import {
  createPlacement,
  drawAugmentation,
  noAugmentation,
  placeVolume,
  standardizeVolume,
} from '../../../src/train/volumes/placement.ts'
import { grid } from './_volumes.ts'

const placement = createPlacement(grid)
const place = (values: readonly number[], changes = {}): Float32Array => {
  const target = new Float32Array(24)
  placeVolume(placement, Float32Array.from(values), target, { ...noAugmentation, ...changes })
  return target
}
const counting = Array.from({ length: 22 }, (_, v) => v + 1)

describe('placeVolume', () => {
  it('puts voxel (x, y, z) of a NIfTI volume at [x][y][z], and leaves the others 0', () => {
    const target = place(counting)
    for (let x = 0; x < 4; x++)
      for (let y = 0; y < 3; y++)
        for (let z = 0; z < 2; z++) {
          const voxel = x + 4 * (y + 3 * z)
          // The grid leaves out its first and last voxel; the others hold their own index.
          expect(target[(x * 3 + y) * 2 + z]).toBe(voxel === 23 ? 0 : voxel)
        }
  })

  it('moves, mirrors and scales', () => {
    const at = (target: Float32Array, x: number, y: number, z: number) =>
      target[(x * 3 + y) * 2 + z]
    const moved = place(counting, { shift: [1, 0, -1], gain: 2 })
    // Voxel (1, 2, 1) has index 21 and comes to (2, 2, 0); what was at z = 0 is lost.
    expect(at(moved, 2, 2, 0)).toBe(42)
    expect(at(moved, 2, 2, 1)).toBe(0)
    const mirrored = place(counting, { mirrored: [true, false, false] })
    expect(at(mirrored, 3, 1, 0)).toBe(4)
    expect(at(mirrored, 0, 1, 0)).toBe(7)
  })

  it('gives the volume back when it is mirrored twice', () => {
    const whole = { shape: grid.shape, voxels: Int32Array.from({ length: 24 }, (_, v) => v) }
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), (mirrored) => {
        const values = Float32Array.from({ length: 24 }, (_, v) => v)
        const [once, twice] = [new Float32Array(24), new Float32Array(24)]
        placeVolume(createPlacement(whole), values, once, { ...noAugmentation, mirrored })
        // What lies at [x][y][z] is handed in again as voxel (x, y, z).
        const turned = values.map((_, v) => {
          const [x, y, z] = [v % 4, Math.floor(v / 4) % 3, Math.floor(v / 12)]
          return once[(x * 3 + y) * 2 + z]!
        })
        placeVolume(createPlacement(whole), turned, twice, { ...noAugmentation, mirrored })
        expect(twice[(2 * 3 + 1) * 2 + 1]).toBe(2 + 4 * (1 + 3))
      }),
    )
  })
})

describe('drawAugmentation', () => {
  it('does nothing by itself, and what it is asked for within its limits', () => {
    const none = { gainSd: 0, shiftVoxels: 0, flips: [] }
    expect(drawAugmentation(none, createRng(1))).toEqual(noAugmentation)
    const rng = createRng(2)
    const drawn = Array.from({ length: 200 }, () =>
      drawAugmentation({ gainSd: 0.1, shiftVoxels: 1, flips: ['y'] }, rng),
    )
    expect(new Set(drawn.flatMap(({ shift }) => shift))).toEqual(new Set([-1, 0, 1]))
    expect(drawn.some(({ mirrored }) => mirrored[1])).toBe(true)
    expect(drawn.some(({ mirrored }) => mirrored[0] === true || mirrored[2] === true)).toBe(false)
    const gains = drawn.map(({ gain }) => gain)
    expect(Math.abs(gains.reduce((a, b) => a + b, 0) / 200 - 1)).toBeLessThan(0.04)
  })
})

describe('standardizeVolume', () => {
  it('brings values to mean 0 and SD 1, and a constant volume to 0', () => {
    const values = Float32Array.of(1, 3, 5, 7)
    standardizeVolume(values)
    const expected = [-3, -1, 1, 3].map((value) => value / Math.sqrt(5))
    expected.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 6))
    const constant = Float32Array.of(4, 4)
    standardizeVolume(constant)
    expect([...constant]).toEqual([0, 0])
  })
})
