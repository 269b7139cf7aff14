/** A volume [nVoxels] and a mask -> three planes through the middle of the mask, the mask outlined, as a viewer would show them. */
import type { FloatArray, Grid } from '../../../core/types.ts'
import { axisCodes, voxelSizesMm } from '../../../preprocess/resample/index.ts'
import type { Pixels } from './png.ts'

/** One plane. */
export interface Plane {
  readonly name: 'axial' | 'coronal' | 'sagittal'
  readonly pixels: Pixels
  /** What lies at the left and at the right edge: `L` and `R`, or `P` and `A`. */
  readonly edges: readonly [left: string, right: string]
}

/** Red, green, blue for a value from 0 to 1. */
export type ColorMap = (value: number) => readonly [number, number, number]

const longestSide = 280
/** Side of a plane that stands alone. */
const longestAlone = 480
// Fewer voxels across make a strip that shows nothing.
const thinnest = 4
const outlineColor = [255, 176, 0] as const

/**
 * Draws three planes.
 *
 * @param volume - `[nVoxels]`; values that are not finite are drawn as 0.
 * @param mask - 1 inside; the planes go through its middle.
 * @param grid - The grid of both.
 * @param range - The values drawn darkest and brightest.
 * @param colors - Grey by default.
 * @returns Axial, coronal and sagittal, but those that a slab of fewer than 4 slices would make a strip of; right is right, up is up or front.
 * @throws Never.
 */
export function drawPlanes(
  volume: FloatArray,
  mask: Uint8Array,
  grid: Grid,
  range: readonly [number, number],
  colors: ColorMap = grey,
): readonly Plane[] {
  const axes = worldAxes(grid)
  const middle = middleOf(mask, grid.shape)
  const names = (['axial', 'coronal', 'sagittal'] as const).filter((name) =>
    directions[name].every((axis) => axes[axis]!.nVoxels >= thinnest),
  )
  const side = names.length === 1 ? longestAlone : longestSide
  return names.map((name) => {
    const [across, up] = directions[name]
    const drawing = { volume, mask, grid, range, colors, middle, side }
    const pixels = drawPlane(drawing, axes[across]!, axes[up]!)
    return { name, pixels, edges: across === 0 ? ['L', 'R'] : ['P', 'A'] }
  })
}

/**
 * Dark blue over green to yellow, evenly bright steps.
 *
 * @param value - 0 to 1.
 * @returns Red, green, blue from 0 to 255.
 * @throws Never.
 * @example
 * const darkest = viridis(0) // darkest = [68, 1, 84]
 */
export function viridis(value: number): [number, number, number] {
  const place = Math.min(1, Math.max(0, value)) * (anchors.length - 1)
  const i = Math.min(anchors.length - 2, Math.floor(place))
  const [from, to] = [anchors[i]!, anchors[i + 1]!]
  const mix = (c: 0 | 1 | 2): number => Math.round(from[c] + (place - i) * (to[c] - from[c]))
  return [mix(0), mix(1), mix(2)]
}

const anchors = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
] as const

function grey(value: number): readonly [number, number, number] {
  const level = Math.round(255 * Math.min(1, Math.max(0, value)))
  return [level, level, level]
}

/** World axes (0 to the right, 1 to the front, 2 up) across and up each plane. */
const directions = { axial: [0, 1], coronal: [0, 2], sagittal: [1, 2] } as const

interface Axis {
  /** Axis of the grid. */
  readonly axis: number
  readonly isFlipped: boolean
  readonly nVoxels: number
  readonly mm: number
}

/** The axis of the grid that runs closest along each world axis. */
function worldAxes({ shape, affine }: Grid): readonly Axis[] {
  const codes = [...axisCodes(affine)]
  const sizes = voxelSizesMm(affine)
  return ['RL', 'AP', 'SI'].map((pair) => {
    const axis = codes.findIndex((code) => pair.includes(code))
    const isFlipped = codes[axis] !== pair[0]
    return { axis, isFlipped, nVoxels: shape[axis]!, mm: sizes[axis]! * shape[axis]! }
  })
}

function middleOf(mask: Uint8Array, [nx, ny, nz]: Grid['shape']): [number, number, number] {
  const sum = [0, 0, 0]
  let count = 0
  mask.forEach((value, voxel) => {
    if (value === 0) return
    count += 1
    sum[0]! += voxel % nx
    sum[1]! += Math.floor(voxel / nx) % ny
    sum[2]! += Math.floor(voxel / (nx * ny))
  })
  const [x, y, z] = count === 0 ? [nx / 2, ny / 2, nz / 2] : sum.map((total) => total / count)
  return [Math.floor(x!), Math.floor(y!), Math.floor(z!)]
}

interface Drawing {
  readonly volume: FloatArray
  readonly mask: Uint8Array
  readonly grid: Grid
  readonly range: readonly [number, number]
  readonly colors: ColorMap
  readonly middle: readonly [number, number, number]
  /** Pixels of the longest edge of the grid. */
  readonly side: number
}

function drawPlane(drawing: Drawing, across: Axis, up: Axis): Pixels {
  const { volume, mask, grid, range, colors, middle, side } = drawing
  const { shape, affine } = grid
  const extents = voxelSizesMm(affine).map((mm, axis) => mm * shape[axis]!)
  const scale = side / Math.max(...extents)
  const width = Math.max(8, Math.round(across.mm * scale))
  const height = Math.max(8, Math.round(up.mm * scale))
  const indexAt = (u: number, w: number): number => {
    const place = [...middle]
    place[across.axis] = across.isFlipped ? across.nVoxels - 1 - u : u
    place[up.axis] = up.isFlipped ? up.nVoxels - 1 - w : w
    return place[0]! + shape[0] * (place[1]! + shape[1] * place[2]!)
  }
  const inside = (x: number, y: number): boolean => {
    const u = Math.floor(((x + 0.5) / width) * across.nVoxels)
    const w = Math.floor((1 - (y + 0.5) / height) * up.nVoxels)
    return x >= 0 && y >= 0 && x < width && y < height && mask[indexAt(u, w)] !== 0
  }
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const isInside = inside(x, y)
      const isEdge = [inside(x + 1, y), inside(x, y + 1), inside(x - 1, y), inside(x, y - 1)].some(
        (next) => next !== isInside,
      )
      const u = ((x + 0.5) / width) * across.nVoxels - 0.5
      const w = (1 - (y + 0.5) / height) * up.nVoxels - 0.5
      const value = blend(u, w, across.nVoxels, up.nVoxels, (i, j) => volume[indexAt(i, j)]!)
      const color = isEdge ? outlineColor : colors((value - range[0]) / (range[1] - range[0] || 1))
      data.set(color, 3 * (y * width + x))
    }
  return { width, height, nChannels: 3, data }
}

/** Between the four values around a place; held beyond the border. */
function blend(
  u: number,
  w: number,
  nAcross: number,
  nUp: number,
  at: (i: number, j: number) => number,
): number {
  const place = (value: number, n: number): [number, number, number] => {
    const held = Math.min(n - 1, Math.max(0, value))
    const low = Math.min(Math.floor(held), Math.max(0, n - 2))
    return [low, Math.min(low + 1, n - 1), held - low]
  }
  const [i, i1, a] = place(u, nAcross)
  const [j, j1, b] = place(w, nUp)
  const value =
    (1 - b) * ((1 - a) * at(i, j) + a * at(i1, j)) + b * ((1 - a) * at(i, j1) + a * at(i1, j1))
  return Number.isFinite(value) ? value : 0
}
