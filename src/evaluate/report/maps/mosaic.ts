/** A background volume and a map on one grid [nVoxels] -> axial slices side by side in one picture, for paper and for browsers that cannot draw volumes. */
import type { FloatArray, Grid } from '../../../core/types.ts'
import { axisCodes, voxelSizesMm } from '../../../preprocess/resample/index.ts'
import type { Pixels } from '../quality/png.ts'

const nColumns = 4
const mostSlices = 12
const tileWidth = 180

/**
 * Draws up to twelve axial slices, evenly spaced over where the map is not 0.
 *
 * @param background - `[nVoxels]`, drawn in grey from 0 to `range[1]`; values that are not finite are drawn as 0.
 * @param map - `[nVoxels]`; what is above 0 is drawn from dark red to yellow.
 * @param grid - The grid of both.
 * @param brightest - Value of the background that is drawn white.
 * @param largest - Value of the map that is drawn yellow.
 * @returns Rows of slices from below to above; right is right and front is up.
 * @throws Never.
 * @remarks Nearest voxel: a map of counts is not to be smoothed by drawing it.
 */
export function drawMosaic(
  background: FloatArray,
  map: FloatArray,
  grid: Grid,
  brightest: number,
  largest: number,
): Pixels {
  const axes = findAxes(grid)
  const tileHeight = Math.max(8, Math.round((tileWidth * axes.front.mm) / axes.right.mm))
  const slices = sliceNumbers(map, grid, axes.up)
  const width = nColumns * tileWidth
  const height = Math.ceil(slices.length / nColumns) * tileHeight
  const data = new Uint8Array(width * height * 3)
  slices.forEach((slice, tile) => {
    const left = (tile % nColumns) * tileWidth
    const top = Math.floor(tile / nColumns) * tileHeight
    for (let y = 0; y < tileHeight; y++)
      for (let x = 0; x < tileWidth; x++) {
        const u = Math.floor(((x + 0.5) / tileWidth) * axes.right.nVoxels)
        const w = Math.floor((1 - (y + 0.5) / tileHeight) * axes.front.nVoxels)
        const voxel = indexAt(grid, axes, u, w, slice)
        const value = map[voxel]!
        const color =
          value > 0 ? hot(value / largest) : grey((background[voxel]! || 0) / (brightest || 1))
        data.set(color, 3 * ((top + y) * width + left + x))
      }
  })
  return { width, height, nChannels: 3, data }
}

/**
 * Dark red over orange to yellow.
 *
 * @param value - 0 to 1.
 * @returns Red, green, blue from 0 to 255.
 * @throws Never.
 * @example
 * const largest = hot(1) // largest = [255, 240, 60]
 */
export function hot(value: number): [number, number, number] {
  const share = Math.min(1, Math.max(0, value))
  return [Math.round(150 + 105 * share), Math.round(240 * share * share), Math.round(60 * share)]
}

function grey(value: number): [number, number, number] {
  const level = Number.isFinite(value) ? Math.round(255 * Math.min(1, Math.max(0, value))) : 0
  return [level, level, level]
}

interface Axis {
  readonly axis: number
  readonly isFlipped: boolean
  readonly nVoxels: number
  readonly mm: number
}

interface Axes {
  readonly right: Axis
  readonly front: Axis
  readonly up: Axis
}

/** The axis of the grid that runs closest along each axis of the world. */
function findAxes({ shape, affine }: Grid): Axes {
  const codes = [...axisCodes(affine)]
  const sizes = voxelSizesMm(affine)
  const find = (pair: string): Axis => {
    const axis = codes.findIndex((code) => pair.includes(code))
    const nVoxels = shape[axis]!
    return { axis, isFlipped: codes[axis] !== pair[0], nVoxels, mm: sizes[axis]! * nVoxels }
  }
  return { right: find('RL'), front: find('AP'), up: find('SI') }
}

function sliceNumbers(map: FloatArray, { shape }: Grid, up: Axis): number[] {
  const [nx, ny] = shape
  let low = up.nVoxels - 1
  let high = 0
  map.forEach((value, voxel) => {
    if (!(value > 0)) return
    const place = [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / (nx * ny))]
    const along = place[up.axis]!
    const slice = up.isFlipped ? up.nVoxels - 1 - along : along
    low = Math.min(low, slice)
    high = Math.max(high, slice)
  })
  if (low > high) [low, high] = [0, up.nVoxels - 1]
  const n = Math.min(mostSlices, high - low + 1)
  return Array.from({ length: n }, (_, i) =>
    n === 1 ? low : Math.round(low + (i * (high - low)) / (n - 1)),
  )
}

function indexAt({ shape }: Grid, axes: Axes, u: number, w: number, slice: number): number {
  const place = [0, 0, 0]
  for (const [{ axis, isFlipped, nVoxels }, i] of [
    [axes.right, u],
    [axes.front, w],
    [axes.up, slice],
  ] as const)
    place[axis] = isFlipped ? nVoxels - 1 - i : i
  return place[0]! + shape[0] * (place[1]! + shape[1] * place[2]!)
}
