import { describe, expect, it } from 'vitest'
import type { Grid } from '../../../src/core/types.ts'
import { gridCentre } from '../../../src/preprocess/motion.ts'
import {
  chooseSamples,
  type SampleOptions,
} from '../../../src/preprocess/realign/reference-samples.ts'
import { applyAffine, invertAffine, type Point } from '../../../src/preprocess/resample/index.ts'
import {
  fillSpline,
  openSplineMemory,
  paddedBytes,
} from '../../../src/preprocess/resample/spline-volume.ts'
import { scan, type Head } from '../_phantom.ts'

const grid: Grid = {
  shape: [20, 18, 16],
  affine: [-2, 0.3, 0.1, 25, 0.2, 2.5, -0.3, -20, 0.1, 0.4, 3, -22, 0, 0, 0, 1],
}
const all: SampleOptions = { stride: 1, border: [7, 7, 6], gradientShare: 1 }

function sample(head: Head, options: SampleOptions) {
  const space = openSplineMemory(grid.shape)
  const spline = space.reserve(paddedBytes(space))
  fillSpline(space, spline, scan(head, grid), 1)
  const inverse = invertAffine(grid.affine)
  const found = chooseSamples(space, spline, grid, gridCentre(grid), inverse, options)
  const places = space.shorts(found.places, found.nSamples * 4)
  const rows = space.floats(found.rows, found.nSamples * 8)
  return Array.from({ length: found.nSamples }, (_, i) => ({
    place: Array.from(places.subarray(4 * i, 4 * i + 3)) as unknown as Point,
    row: Array.from(rows.subarray(8 * i, 8 * i + 8)),
  }))
}

describe('chooseSamples', () => {
  it('knows value and derivatives of a plane in world mm', () => {
    const samples = sample(([x, y, z]) => 2 * x + 3 * y - z, all)
    expect(samples).toHaveLength(6 * 4 * 4)
    const centre = gridCentre(grid)
    for (const { place, row } of samples) {
      const [x, y, z] = applyAffine(grid.affine, place)
      const [rx, ry, rz] = [x - centre[0], y - centre[1], z - centre[2]]
      const wanted = [2, 3, -1, -ry - 3 * rz, 2 * rz + rx, 3 * rx - 2 * ry, 2 * x + 3 * y - z, 0]
      wanted.forEach((value, k) => expect(row[k]).toBeCloseTo(value, 1))
    }
  })

  it('leaves out the border, what a mask excludes, and what the stride skips', () => {
    const head: Head = ([x, y, z]) => Math.sin(x / 5) + Math.cos(y / 6) + Math.sin(z / 7)
    const [nx, ny] = grid.shape
    const mask = Uint8Array.from({ length: nx * ny * 16 }, (_, i) => (i % nx < 10 ? 1 : 0))
    const samples = sample(head, { ...all, stride: 2, border: [1.5, 2, 3], mask })
    expect(samples.map(({ place }) => place[0])).toEqual(
      expect.arrayContaining([2, 4, 6, 8]) as number[],
    )
    for (const { place } of samples) {
      expect(place.every((at, axis) => (at - [2, 2, 3][axis]!) % 2 === 0)).toBe(true)
      expect([place[0] < 10, place[1] < 16, place[2] < 13]).toEqual([true, true, true])
    }
  })

  it('keeps the steepest voxels that hold the wanted share of the gradient', () => {
    const edge: Head = ([x]) => 100 / (1 + Math.exp(-x / 2))
    const options = { ...all, border: [1, 1, 1] as const }
    const energy = (samples: ReturnType<typeof sample>): number =>
      samples.reduce((sum, { row }) => sum + row[0]! ** 2 + row[1]! ** 2 + row[2]! ** 2, 0)
    const [most, whole] = [sample(edge, { ...options, gradientShare: 0.9 }), sample(edge, options)]
    expect(energy(most) / energy(whole)).toBeGreaterThanOrEqual(0.9)
    expect(energy(most) / energy(whole)).toBeLessThan(0.91)
    expect(most.length).toBeLessThan(0.5 * whole.length)
  })

  it('finds nothing in a flat volume', () => {
    expect(sample(() => 0, { ...all, gradientShare: 0.98 })).toEqual([])
  })
})
