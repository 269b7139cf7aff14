/** Binary volumes -> binary volumes: erosion, dilation, connected components and holes; Uint8Array of nVoxels, x fastest. */
import type { Grid } from '../core/types.ts'

type Shape = Grid['shape']

/**
 * Takes the outermost layer of voxels off, some times over.
 *
 * @param mask - 0 or 1 per voxel.
 * @param shape - Voxels along x, y and z.
 * @param iterations - Layers.
 * @returns The eroded mask. A voxel stays when it and its six face neighbours are set; outside the volume nothing is set.
 * @throws Never.
 * @remarks O(nVoxels * iterations); as scipy.ndimage `binary_erosion`.
 */
export function erode(mask: Uint8Array, shape: Shape, iterations = 1): Uint8Array {
  return repeat(mask, iterations, (from) => {
    const to = new Uint8Array(from.length)
    visitVoxels(shape, (i, neighbours, nNeighbours) => {
      if (from[i] === 0 || nNeighbours < 6) return
      for (let k = 0; k < 6; k++) if (from[neighbours[k]!] === 0) return
      to[i] = 1
    })
    return to
  })
}

/**
 * Adds a layer of voxels, some times over.
 *
 * @param mask - 0 or 1 per voxel.
 * @param shape - Voxels along x, y and z.
 * @param iterations - Layers.
 * @returns The dilated mask: every voxel that is set or has one of its six face neighbours set.
 * @throws Never.
 * @remarks O(nVoxels * iterations); as scipy.ndimage `binary_dilation`.
 */
export function dilate(mask: Uint8Array, shape: Shape, iterations = 1): Uint8Array {
  return repeat(mask, iterations, (from) => {
    const to = from.slice()
    visitVoxels(shape, (i, neighbours, nNeighbours) => {
      if (from[i] === 0) return
      for (let k = 0; k < nNeighbours; k++) to[neighbours[k]!] = 1
    })
    return to
  })
}

/**
 * Keeps the largest connected part of a mask.
 *
 * @param mask - 0 or 1 per voxel.
 * @param shape - Voxels along x, y and z.
 * @returns The part with the most voxels, connected by faces; of equal parts the one met first when z runs fastest. Empty for an
 *   empty mask.
 * @throws Never.
 * @remarks O(nVoxels).
 */
export function largestComponent(mask: Uint8Array, shape: Shape): Uint8Array {
  const [nx, ny, nz] = shape
  const component = new Int32Array(mask.length)
  let [nComponents, best, bestSize] = [0, 0, 0]
  for (let x = 0; x < nx; x++)
    for (let y = 0; y < ny; y++)
      for (let z = 0; z < nz; z++) {
        const seed = x + nx * (y + ny * z)
        if (mask[seed] === 0 || component[seed] !== 0) continue
        const size = flood(mask, 1, shape, seed, component, ++nComponents)
        if (size > bestSize) [best, bestSize] = [nComponents, size]
      }
  return Uint8Array.from(component, (label) => (label !== 0 && label === best ? 1 : 0))
}

/**
 * Fills the holes of a mask.
 *
 * @param mask - 0 or 1 per voxel.
 * @param shape - Voxels along x, y and z.
 * @returns The mask with every unset voxel set that no path of unset faces joins to the border of the volume.
 * @throws Never.
 * @remarks O(nVoxels); as scipy.ndimage `binary_fill_holes`.
 */
export function fillHoles(mask: Uint8Array, shape: Shape): Uint8Array {
  const outside = new Int32Array(mask.length)
  visitVoxels(shape, (i, _neighbours, nNeighbours) => {
    if (nNeighbours < 6 && mask[i] === 0 && outside[i] === 0) flood(mask, 0, shape, i, outside, 1)
  })
  return Uint8Array.from(outside, (label) => (label === 0 ? 1 : 0))
}

function repeat(
  mask: Uint8Array,
  iterations: number,
  step: (mask: Uint8Array) => Uint8Array,
): Uint8Array {
  let result: Uint8Array = mask.slice()
  for (let i = 0; i < iterations; i++) result = step(result)
  return result
}

/** Calls back for every voxel with the indices of its face neighbours; their array is used again for the next voxel. */
function visitVoxels(
  shape: Shape,
  visit: (voxel: number, neighbours: Int32Array, nNeighbours: number) => void,
): void {
  const [nx, ny, nz] = shape
  const neighbours = new Int32Array(6)
  for (let voxel = 0; voxel < nx * ny * nz; voxel++)
    visit(voxel, neighbours, findNeighbours(shape, voxel, neighbours))
}

function findNeighbours([nx, ny, nz]: Shape, voxel: number, neighbours: Int32Array): number {
  const x = voxel % nx
  const y = Math.floor(voxel / nx) % ny
  const z = Math.floor(voxel / (nx * ny))
  let n = 0
  if (x > 0) neighbours[n++] = voxel - 1
  if (x < nx - 1) neighbours[n++] = voxel + 1
  if (y > 0) neighbours[n++] = voxel - nx
  if (y < ny - 1) neighbours[n++] = voxel + nx
  if (z > 0) neighbours[n++] = voxel - nx * ny
  if (z < nz - 1) neighbours[n++] = voxel + nx * ny
  return n
}

/** Marks every voxel of the given value that is connected to the seed, and returns how many there are. */
function flood(
  mask: Uint8Array,
  value: number,
  shape: Shape,
  seed: number,
  marks: Int32Array,
  mark: number,
): number {
  const stack = [seed]
  const neighbours = new Int32Array(6)
  marks[seed] = mark
  let size = 0
  for (let voxel = stack.pop(); voxel !== undefined; voxel = stack.pop()) {
    size++
    const n = findNeighbours(shape, voxel, neighbours)
    for (let k = 0; k < n; k++) {
      const next = neighbours[k]!
      if (mask[next] !== value || marks[next] !== 0) continue
      marks[next] = mark
      stack.push(next)
    }
  }
  return size
}
