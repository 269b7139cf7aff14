import { expect, it } from 'vitest'
import { drawMosaic, hot } from '../../../../src/evaluate/report/maps/mosaic.ts'

const affine = [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]
const grid = { shape: [4, 4, 3], affine } as const

it('draws the map in colour where it is, and the background in grey elsewhere', () => {
  const background = new Float32Array(48).fill(50)
  const map = new Float32Array(48)
  map[0 + 4 * (3 + 4 * 1)] = 2 // left, front, middle slice
  const { data, width, height } = drawMosaic(background, map, grid, 100, 2)
  const at = (x: number, y: number): number[] => [...data.subarray(3 * (y * width + x)).slice(0, 3)]
  expect(at(5, 5)).toEqual(hot(1))
  expect(at(175, 175)).toEqual([128, 128, 128])
  expect(height).toBe(180)
  // One slice holds all of the map, so the other tiles are empty.
  expect(at(200, 5)).toEqual([0, 0, 0])
})

it('turns an axis that runs to the left', () => {
  const flipped = { shape: grid.shape, affine: [-2, ...affine.slice(1)] }
  const map = new Float32Array(48)
  map[0 + 4 * (3 + 4 * 1)] = 1
  const { data, width } = drawMosaic(new Float32Array(48), map, flipped, 1, 1)
  expect([...data.subarray(3 * (5 * width + 175)).slice(0, 3)]).toEqual(hot(1))
})

it('draws the whole volume where there is no map, and zeros for what is not finite', () => {
  const { data } = drawMosaic(new Float32Array(48).fill(NaN), new Float32Array(48), grid, 0, 1)
  expect(data.every((value) => value === 0)).toBe(true)
})
