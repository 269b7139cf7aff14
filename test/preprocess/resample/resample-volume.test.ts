import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import type { Grid } from '../../../src/core/types.ts'
import { resampleVolume, type Interpolation } from '../../../src/preprocess/resample/index.ts'
import { expectAllClose } from '../_series.ts'
import { centredGrid, createHead, randomMotion, scan } from '../_phantom.ts'

const unit = (shape: Grid['shape'], offset = 0, step = 1): Grid => ({
  shape,
  affine: [step, 0, 0, offset, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
})
const line = (values: readonly number[], offset: number, n: number, interpolation: Interpolation) =>
  resampleVolume(Float32Array.from(values), unit([values.length, 1, 1]), unit([n, 1, 1], offset), {
    interpolation,
  })
const every = ['nearest', 'linear', 'cubic'] as const

describe('resampleVolume', () => {
  it('reads between voxels', () => {
    expectAllClose(line([1, 3, 9], 0.25, 2, 'linear').data, [1.5, 4.5], 1e-6)
    expectAllClose(line([1, 3, 9], 0.25, 2, 'nearest').data, [1, 3], 0)
    expectAllClose(line([1, 3, 9], 0.5, 2, 'nearest').data, [3, 9], 0)
    // A single 1 in a long row gives the cardinal spline.
    const row = [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    const between = line(row, 0.5, 16, 'cubic').data
    expect(between[8]).toBeCloseTo(between[7]!, 6)
    expect(between[8]).toBeCloseTo(splineOfImpulse(0.5), 6)
    expect(between[9]).toBeCloseTo(splineOfImpulse(1.5), 6)
  })

  it('reads an oblique grid as scipy 1.17.1 map_coordinates with mode="mirror"', () => {
    const volume = Float32Array.from({ length: 60 }, (_, i) => (i * 7919) % 101)
    const affine = [0.9, 0.2, -0.1, 0.3, -0.15, 0.8, 0.1, 0.4, 0.05, -0.1, 0.7, 0.35, 0, 0, 0, 1]
    const read = (interpolation: Interpolation) =>
      resampleVolume(volume, unit([5, 4, 3]), { shape: [3, 2, 2], affine }, { interpolation }).data
    const linear = [
      ...[17.7, 54.75, 81.7, 27.1, 64.15, 70.9, 22.3, 58.34, 81.25, 31.7, 68.75, 81.56],
    ]
    const cubic = [
      ...[6.911348, 59.226026, 89.300149, 16.161911, 75.158236, 74.292832],
      ...[16.166736, 61.419049, 81.924263, 22.042083, 78.589547, 84.245962],
    ]
    expectAllClose(read('linear'), linear, 1e-4)
    expectAllClose(read('cubic'), cubic, 1e-4)
  })

  it.each(every)('gives back every voxel on the same grid: %s', (interpolation) => {
    fc.assert(
      fc.property(
        fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 9 }))),
        fc.integer(),
        (shape, seed) => {
          const rng = createRng(seed)
          const grid: Grid = {
            shape: shape as [number, number, number],
            affine: [-2, 0.3, 0, 7, 0.2, 3, 0.1, -4, 0, 0.4, 4, 1, 0, 0, 0, 1],
          }
          const volume = Float32Array.from(
            { length: shape[0]! * shape[1]! * shape[2]! },
            () => 100 * rng.normal(),
          )
          const { data, nOutside } = resampleVolume(volume, grid, grid, { interpolation })
          expectAllClose(data, volume, 2e-3)
          expect(nOutside).toBe(0)
        },
      ),
      { numRuns: 40 },
    )
  })

  it.each(['linear', 'cubic'] as const)('follows a plane exactly: %s', (interpolation) => {
    const source = centredGrid([24, 24, 24], [2, 2, 2])
    const target = centredGrid([5, 4, 3], [1.1, 1.3, 0.7])
    const plane = (grid: Grid) => scan(([x, y, z]) => 50 + x - 2 * y + 3 * z, grid)
    const { data } = resampleVolume(plane(source), source, target, { interpolation })
    expectAllClose(data, plane(target), 2e-3)
  })

  it('comes closer to a smooth image the higher the degree', () => {
    const head = createHead(2)
    const source = centredGrid([44, 52, 36], [4, 4, 4])
    const target = centredGrid([30, 30, 20], [3.3, 3.1, 3.7])
    const motion = randomMotion(createRng('moved'), source, 3, 5)
    const truth = scan(head, target)
    const [nearest, linear, cubic] = every.map((interpolation) => {
      const moved = resampleVolume(scan(head, source, motion), source, target, {
        interpolation,
        motion,
      })
      return Math.sqrt(moved.data.reduce((sum, value, i) => sum + (value - truth[i]!) ** 2, 0))
    }) as [number, number, number]
    expect(linear).toBeLessThan(0.5 * nearest)
    expect(cubic).toBeLessThan(0.3 * linear)
  })

  it.each(every)('says how much lies outside, and fills it: %s', (interpolation) => {
    const source = unit([3, 1, 1])
    const target = unit([6, 1, 1], -1.5)
    const volume = Float32Array.of(5, 5, 5)
    // Places -1.5, -0.5, 0.5, 1.5, 2.5, 3.5: up to half a voxel beyond the centres is still inside.
    const filled = resampleVolume(volume, source, target, { interpolation, outside: -1 })
    expectAllClose(filled.data, [-1, 5, 5, 5, 5, -1], 1e-5)
    expect(filled.nOutside).toBe(2)
    const held = resampleVolume(volume, source, target, { interpolation, outside: 'nearest' })
    expectAllClose(held.data, [5, 5, 5, 5, 5, 5], 1e-5)
    expect(held.nOutside).toBe(2)
    expect(resampleVolume(volume, source, target, { interpolation }).data[0]).toBe(0)
  })

  it('does not let one missing value spoil a spline', () => {
    const { data } = line([4, 4, NaN, 4, 4, 4, 4, 4], 0, 8, 'cubic')
    expect(data.every(Number.isFinite)).toBe(true)
    expectAllClose(data, [4, 4, 0, 4, 4, 4, 4, 4], 1e-5)
    expect([...line([0, 0, 0], 0, 3, 'cubic').data]).toEqual([0, 0, 0])
  })

  it('refuses what does not fit', () => {
    const grid = unit([2, 2, 2])
    expect(() => resampleVolume(new Float32Array(7), grid, grid)).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
    const flat = { ...grid, affine: grid.affine.map((value, i) => (i === 0 ? 0 : value)) }
    expect(() => resampleVolume(new Float32Array(8), flat, grid)).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    )
  })
})

/** The cardinal cubic spline: sqrt(3) times the sum of z^|k| B(x - k), with z = sqrt(3) - 2. */
function splineOfImpulse(x: number): number {
  const bump = (u: number): number => {
    const d = Math.abs(u)
    if (d < 1) return 2 / 3 - d * d + d ** 3 / 2
    return d < 2 ? (2 - d) ** 3 / 6 : 0
  }
  let sum = 0
  for (let k = -20; k <= 20; k++) sum += (Math.sqrt(3) - 2) ** Math.abs(k) * bump(x - k)
  return Math.sqrt(3) * sum
}
