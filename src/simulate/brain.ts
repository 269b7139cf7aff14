/** A grid -> a schematic brain: which voxels are brain, which of them respond to the task, and how bright they are. Voxel indices run x fastest. */
import type { Grid } from '../core/types.ts'
import type { Rng } from '../core/rng.ts'
import { createSmoother, smoothInPlace } from './smoothing.ts'

/** The anatomy that all subjects share. */
export interface Brain {
  readonly grid: Grid
  readonly nVoxels: number
  /** 1 inside the brain, per voxel. */
  readonly inBrain: Uint8Array
  /** Voxels that respond, ascending: four balls, two on each side. */
  readonly region: Int32Array
}

/** EPI brightness of brain and of the air around it, in scanner units. */
export const brightness = { brain: 900, brainSd: 50, air: 40 } as const

const headWidthMm = 192
/** Share of the half-axes of the grid that the brain fills: about 36 % of all voxels. */
const brainExtent = 0.88
/** Centres of the responding balls, as shares of the half-axes: amygdala- and insula-like, left and right. */
const ballCentres = [
  [-0.42, -0.3, -0.3],
  [0.42, -0.3, -0.3],
  [-0.42, 0.34, 0.24],
  [0.42, 0.34, 0.24],
] as const

/**
 * Lays the schematic brain out on a grid.
 *
 * @param shape - Voxels along x, y and z.
 * @param regionRadiusVoxels - Radius of each responding ball.
 * @returns The brain: an ellipsoid, with four balls of responding voxels inside it.
 * @throws Never.
 */
export function createBrain(shape: Grid['shape'], regionRadiusVoxels: number): Brain {
  const nVoxels = shape[0] * shape[1] * shape[2]
  const inBrain = new Uint8Array(nVoxels)
  const region: number[] = []
  const half = shape.map((n) => n / 2)
  for (let voxel = 0; voxel < nVoxels; voxel++) {
    const position = voxelPosition(shape, voxel).map((p, axis) => p + 0.5 - half[axis]!)
    const distance = Math.hypot(...position.map((p, axis) => p / (brainExtent * half[axis]!)))
    if (distance > 1) continue
    inBrain[voxel] = 1
    const responds = ballCentres.some(
      (centre) =>
        Math.hypot(...position.map((p, axis) => p - centre[axis]! * half[axis]!)) <=
        regionRadiusVoxels,
    )
    if (responds) region.push(voxel)
  }
  return {
    grid: { shape, affine: headAffine(shape) },
    nVoxels,
    inBrain,
    region: Int32Array.from(region),
  }
}

/**
 * Position of a voxel on its grid.
 *
 * @param shape - Voxels along x, y and z.
 * @param voxel - Flat index, x fastest.
 * @returns Its x, y and z, 0-based.
 * @throws Never.
 * @example
 * const position = voxelPosition([4, 3, 2], 13) // position = [1, 0, 1]
 */
export function voxelPosition(
  shape: Grid['shape'],
  voxel: number,
): readonly [x: number, y: number, z: number] {
  const row = Math.floor(voxel / shape[0])
  return [voxel % shape[0], row % shape[1], Math.floor(row / shape[1])]
}

/**
 * Draws the brightness of one subject's volumes: bright, slowly varying brain in dark air, as a mask algorithm expects of EPI.
 *
 * @param brain - The brain.
 * @param rng - Stream of this subject.
 * @returns Mean intensity per voxel, scanner units.
 * @throws Never.
 */
export function drawBaseline(brain: Brain, rng: Rng): Float64Array {
  const field = Float64Array.from({ length: brain.nVoxels }, () => rng.normal())
  smoothInPlace(createSmoother(brain.grid.shape, 2), field, new Float64Array(brain.nVoxels))
  return field.map((value, voxel) =>
    brain.inBrain[voxel] === 1
      ? brightness.brain + brightness.brainSd * Math.max(-2, Math.min(2, value))
      : brightness.air,
  )
}

/** Isotropic voxels in RAS order that make the grid as wide as a head, with the origin at its centre. */
function headAffine(shape: Grid['shape']): number[] {
  const size = headWidthMm / shape[0]
  const origin = shape.map((n) => (-size * (n - 1)) / 2)
  return [size, 0, 0, origin[0]!, 0, size, 0, origin[1]!, 0, 0, size, origin[2]!, 0, 0, 0, 1]
}
