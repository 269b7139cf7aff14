import { describe, expect, it } from 'vitest'
import type { Grid } from '../../../../src/core/types.ts'
import { drawPlanes, viridis, type Plane } from '../../../../src/evaluate/report/quality/planes.ts'

/** 8 x 10 x 6 voxels of 2 mm; brightness rises to the right, to the front and upwards in the world, whatever the grid. */
function makeVolume(flipX: boolean): { volume: Float32Array; mask: Uint8Array; grid: Grid } {
  const shape = [8, 10, 6] as const
  const sign = flipX ? -1 : 1
  const grid: Grid = { shape, affine: [2 * sign, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1] }
  const volume = new Float32Array(480)
  const mask = new Uint8Array(480)
  for (let i = 0; i < 480; i++) {
    const [x, y, z] = [i % 8, Math.floor(i / 8) % 10, Math.floor(i / 80)]
    volume[i] = (flipX ? 7 - x : x) + 100 * y + 10000 * z
    mask[i] = x > 1 && x < 6 && y > 2 && y < 8 && z > 1 && z < 5 ? 1 : 0
  }
  return { volume, mask, grid }
}

const greyAt = ({ pixels }: Plane, share: number, up: number): number => {
  const x = Math.min(pixels.width - 1, Math.floor(share * pixels.width))
  const y = Math.min(pixels.height - 1, Math.floor((1 - up) * pixels.height))
  return pixels.data[3 * (y * pixels.width + x)]!
}

describe('drawPlanes', () => {
  it('shows right at the right and front or top above, for grids of either handedness', () => {
    for (const flipX of [false, true]) {
      const { volume, mask, grid } = makeVolume(flipX)
      const [axial] = drawPlanes(volume, mask, grid, [30000, 30007 + 900])
      expect(axial).toMatchObject({ name: 'axial', edges: ['L', 'R'] })
      expect(greyAt(axial!, 0.02, 0.98)).toBeGreaterThan(greyAt(axial!, 0.02, 0.02))
      const rightwards = drawPlanes(volume, mask, grid, [30480, 30530])[0]!
      expect(greyAt(rightwards, 0.98, 0.55)).toBeGreaterThan(greyAt(rightwards, 0.02, 0.55))
      const [, coronal, sagittal] = drawPlanes(volume, mask, grid, [0, 60000])
      expect(greyAt(coronal!, 0.02, 0.98)).toBeGreaterThan(greyAt(coronal!, 0.02, 0.02))
      expect(sagittal!.edges).toEqual(['P', 'A'])
    }
  })

  it('gives planes the shape they have in mm', () => {
    const { volume, mask, grid } = makeVolume(false)
    const [axial, coronal, sagittal] = drawPlanes(volume, mask, grid, [0, 1])
    expect(axial!.pixels.width / axial!.pixels.height).toBeCloseTo(16 / 20, 1)
    expect(coronal!.pixels.width / coronal!.pixels.height).toBeCloseTo(16 / 12, 1)
    expect(sagittal!.pixels.width / sagittal!.pixels.height).toBeCloseTo(20 / 12, 1)
  })

  it('leaves out what a single slice would make a strip of, and draws the slice larger', () => {
    const { volume, mask, grid } = makeVolume(false)
    const slice = { ...grid, shape: [8, 10, 1] as const }
    const planes = drawPlanes(volume.slice(0, 80), mask.slice(240, 320), slice, [0, 1])
    expect(planes.map(({ name }) => name)).toEqual(['axial'])
    expect(planes[0]!.pixels).toMatchObject({ width: 384, height: 480 })
  })

  it('outlines the mask and nothing else', () => {
    const { volume, mask, grid } = makeVolume(false)
    const count = (planes: readonly Plane[]): number =>
      planes[0]!.pixels.data.filter((red, i, all) => i % 3 === 0 && red !== all[i + 2]).length
    expect(count(drawPlanes(volume, mask, grid, [0, 60000]))).toBeGreaterThan(100)
    expect(count(drawPlanes(volume, new Uint8Array(480), grid, [0, 60000]))).toBe(0)
  })

  it('draws a flat volume and values that are no numbers', () => {
    const { mask, grid } = makeVolume(false)
    const flat = drawPlanes(new Float32Array(480).fill(NaN), mask, grid, [0, 0])
    expect(flat).toHaveLength(3)
  })
})

describe('viridis', () => {
  it('rises from dark blue to yellow and holds beyond', () => {
    expect(viridis(-1)).toEqual([68, 1, 84])
    expect(viridis(0.5)).toEqual([33, 145, 140])
    expect(viridis(2)).toEqual([253, 231, 37])
  })
})
