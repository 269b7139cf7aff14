/** The spline of a reference volume -> the voxels that tell about motion, with the derivatives of their values by the six parameters. */
import type { Grid } from '../../core/types.ts'
import { applyAffine, type Point } from '../resample/affine-map.ts'
import type { SplineMemory } from '../resample/spline-volume.ts'

/** Samples of one level, in WebAssembly memory. */
export interface ReferenceSamples {
  readonly nSamples: number
  /** Byte offset of x, y, z and an unused place per sample, uint16. */
  readonly places: number
  /** Byte offset of 8 float32 per sample: six derivatives, the value, and a place for the difference. */
  readonly rows: number
}

/** Which voxels may take part. */
export interface SampleOptions {
  /** Every which voxel along each axis. */
  readonly stride: number
  /** Voxels left out at each border, along x, y and z. */
  readonly border: Point
  /** 0 where voxels are not to take part. */
  readonly mask?: Uint8Array
  /** Fraction of the squared gradient that the samples must hold together; the flattest voxels are left out. */
  readonly gradientShare: number
}

/**
 * Chooses the voxels with the steepest gradient and writes their rows.
 *
 * @param space - Memory of the grid; two more areas are reserved in it.
 * @param coefficients - Byte offset of the blurred reference's spline.
 * @param grid - Of the reference.
 * @param centreMm - The point that rotations leave in place.
 * @param inverse - World mm to voxels of the grid, 16 numbers.
 * @param options - Which voxels may take part.
 * @returns The samples; none for a flat volume.
 * @throws Never.
 * @remarks With g the gradient per mm at x, a small motion (t, w) about the centre changes the value by `g.t + w.((x - centre) x g)`.
 *   O(nVoxels log nVoxels), once per reference.
 */
export function chooseSamples(
  space: SplineMemory,
  coefficients: number,
  grid: Grid,
  centreMm: Point,
  inverse: readonly number[],
  options: SampleOptions,
): ReferenceSamples {
  const candidates = candidateVoxels(grid.shape, options)
  const places = space.reserve(candidates.length * 8)
  const rows = space.reserve(candidates.length * 32)
  const spline = space.floats(coefficients, space.paddedLength)
  const all = new Float32Array(candidates.length * 8)
  const energy = new Float64Array(candidates.length)
  candidates.forEach((place, i) => {
    const row = sampleRow(spline, space, grid, centreMm, inverse, place)
    energy[i] = row[0]! * row[0]! + row[1]! * row[1]! + row[2]! * row[2]!
    all.set(row, 8 * i)
  })
  const kept = steepest(energy, options.gradientShare)
  const placeView = space.shorts(places, candidates.length * 4)
  const rowView = space.floats(rows, candidates.length * 8)
  kept.forEach((from, to) => {
    placeView.set(candidates[from]!, 4 * to)
    rowView.set(all.subarray(8 * from, 8 * from + 8), 8 * to)
  })
  return { nSamples: kept.length, places, rows }
}

function candidateVoxels(
  [nx, ny, nz]: Grid['shape'],
  { stride, border, mask }: SampleOptions,
): Point[] {
  const along = (n: number, axis: number): number[] => {
    const first = Math.ceil(border[axis]!)
    const last = n - 1 - first
    const count = Math.floor((last - first) / stride) + 1
    return Array.from({ length: Math.max(0, count) }, (_, i) => first + i * stride)
  }
  const [xs, ys, zs] = [along(nx, 0), along(ny, 1), along(nz, 2)]
  const places = zs.flatMap((z) => ys.flatMap((y) => xs.map((x): Point => [x, y, z])))
  return mask === undefined
    ? places
    : places.filter(([x, y, z]) => mask[x + nx * (y + ny * z)] !== 0)
}

/** Indices of the largest energies, in ascending order, that together hold the wanted share. */
function steepest(energy: Float64Array, share: number): Int32Array {
  const order = Int32Array.from(energy, (_, i) => i).sort((a, b) => energy[b]! - energy[a]!)
  const total = energy.reduce((sum, value) => sum + value, 0)
  let held = 0
  let count = 0
  while (count < order.length && held < share * total) held += energy[order[count++]!]!
  return order.subarray(0, count).sort()
}

function sampleRow(
  spline: Float32Array,
  space: SplineMemory,
  { affine, shape }: Grid,
  centreMm: Point,
  inverse: readonly number[],
  place: Point,
): Float64Array {
  const [value, gx, gy, gz] = valueAndGradient(spline, space.stride, shape, place)
  // Gradient per voxel to gradient per mm: by the transposed inverse.
  const g = [0, 1, 2].map(
    (axis) => inverse[axis]! * gx + inverse[4 + axis]! * gy + inverse[8 + axis]! * gz,
  ) as [number, number, number]
  const at = applyAffine(affine, place)
  const r = [at[0] - centreMm[0], at[1] - centreMm[1], at[2] - centreMm[2]] as const
  return Float64Array.of(
    ...g,
    r[1] * g[2] - r[2] * g[1],
    r[2] * g[0] - r[0] * g[2],
    r[0] * g[1] - r[1] * g[0],
    value,
    0,
  )
}

const values = [1 / 6, 4 / 6, 1 / 6]
const slopes = [-1 / 2, 0, 1 / 2]

function valueAndGradient(
  spline: Float32Array,
  stride: number,
  shape: Grid['shape'],
  [x, y, z]: Point,
): [number, number, number, number] {
  let [value, gx, gy, gz] = [0, 0, 0, 0]
  for (let c = 0; c < 3; c++)
    for (let b = 0; b < 3; b++) {
      const row = ((z + c) * (shape[1] + 3) + y + b) * stride + x
      const [p, q, r] = [spline[row]!, spline[row + 1]!, spline[row + 2]!]
      const along = (p + 4 * q + r) / 6
      value += values[b]! * values[c]! * along
      gx += (values[b]! * values[c]! * (r - p)) / 2
      gy += slopes[b]! * values[c]! * along
      gz += values[b]! * slopes[c]! * along
    }
  return [value, gx, gy, gz]
}
