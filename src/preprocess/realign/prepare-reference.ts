/** A reference volume -> the levels of a coarse-to-fine search for the motion of other volumes; volumes are [nVoxels], x fastest. */
import { LimbicError } from '../../core/errors/index.ts'
import type { FloatArray, Grid } from '../../core/types.ts'
import { gridCentre, gridCorners } from '../motion.ts'
import { identityAffine, invertAffine, voxelSizesMm, type Point } from '../resample/affine-map.ts'
import {
  fillSpline,
  openSplineMemory,
  paddedBytes,
  type SplineMemory,
} from '../resample/spline-volume.ts'
import { scratchBytes, searchMotion, type SearchLevel, type SearchResult } from './gauss-newton.ts'
import { chooseSamples } from './reference-samples.ts'
import { blurSpline, createBlur, type SplineBlur } from './spline-blur.ts'

export interface ReferenceOptions {
  /** Blur of the last level, FWHM in mm; by default twice the longest voxel edge, and 5 mm at least. */
  readonly fwhmMm?: number
  /** `[nVoxels]`, 0 where voxels are not to guide the search; all may by default. */
  readonly mask?: Uint8Array
  /** The point that rotations leave in place; the middle of the volume by default. */
  readonly centreMm?: Point
}

// Six parameters and a gain, from ten times as many numbers as there are unknowns.
const minSamples = 70

interface Level {
  readonly blur: SplineBlur
  readonly search: SearchLevel
}

/** Everything about the reference, and memory for one volume at a time. */
export interface PreparedReference {
  readonly space: SplineMemory
  readonly levels: readonly Level[]
  readonly grid: Grid
  readonly centreMm: Point
  readonly corners: readonly Point[]
  /** Byte offsets of padded volumes: the volume's spline, its blurred form, and one for passing through. */
  readonly plain: number
  readonly blurred: number
  readonly spare: number
  readonly scratch: number
  readonly output: number
}

/**
 * Prepares a reference and memory for the volumes that will be compared with it.
 *
 * @param reference - `[nVoxels]`.
 * @param grid - Its grid.
 * @param scale - Brings the values near 1, so that float32 products hold them.
 * @param options - Blur, mask, centre.
 * @returns The levels of the search, coarse first.
 * @throws {LimbicError} `VALUE_INVALID` when the affine cannot be inverted, or too few voxels may guide the search; `SHAPE_MISMATCH` when the
 *   mask does not fit the grid.
 */
export function prepareReference(
  reference: FloatArray,
  grid: Grid,
  scale: number,
  options: ReferenceOptions,
): PreparedReference {
  const nVoxels = grid.shape[0] * grid.shape[1] * grid.shape[2]
  if (options.mask !== undefined && options.mask.length !== nVoxels)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'the mask and the volumes of a realignment',
      expected: `${nVoxels} voxels for ${grid.shape.join(' x ')}`,
      found: `${options.mask.length}`,
    })
  const space = openSplineMemory(grid.shape)
  const [plain, blurred, spare] = [0, 1, 2].map(() => space.reserve(paddedBytes(space))) as [
    ...[number, number, number],
  ]
  const scratch = space.reserve(scratchBytes)
  const output = space.reserve(nVoxels * 4)
  const inverse = invertAffine(grid.affine)
  const centreMm = options.centreMm ?? gridCentre(grid)
  const corners = gridCorners(grid)
  const sizes = voxelSizesMm(grid.affine)
  const fine = options.fwhmMm ?? Math.max(5, 2 * Math.max(...sizes))
  const schedule = [
    {
      fwhmMm: Math.max(1.5 * fine, 3 * Math.max(...sizes)),
      stride: 2,
      toleranceMm: 0.05,
      maxIterations: 30,
    },
    { fwhmMm: fine, stride: 1, toleranceMm: 0.002, maxIterations: 20 },
  ]
  const blurs = schedule.map(({ fwhmMm }) => createBlur(space, fwhmMm, sizes))
  fillSpline(space, plain, reference, scale)
  const levels = schedule.map(({ stride, toleranceMm, maxIterations }, i): Level => {
    const blur = blurs[i]!
    blurSpline(space, blur, plain, blurred, spare)
    const border = grid.shape.map((n, axis) => Math.min(1 + blur.sigmas[axis]!, (n - 1) / 6)) as [
      ...[number, number, number],
    ]
    // Near the border the blur reads mirrored voxels, which do not move with the head.
    const samples = chooseSamples(space, blurred, grid, centreMm, inverse, {
      stride,
      border,
      gradientShare: 0.98,
      ...(options.mask === undefined ? {} : { mask: options.mask }),
    })
    assertEnough(samples.nSamples)
    const { affine } = grid
    const common = { space, coefficients: blurred, scratch, affine, inverse, centreMm, corners }
    return { blur, search: { ...common, samples, border, maxIterations, toleranceMm } }
  })
  return { space, levels, grid, centreMm, corners, plain, blurred, spare, scratch, output }
}

function assertEnough(nSamples: number): void {
  if (nSamples >= minSamples) return
  throw new LimbicError('VALUE_INVALID', {
    what: 'the reference volume of a realignment, or its mask',
    expected: `at least ${minSamples} voxels with an edge, away from the border of the volume`,
    found: `${nSamples}`,
  })
}

/**
 * Finds the motion of a volume.
 *
 * @param prepared - The reference; its memory holds the volume's spline afterwards.
 * @param volume - `[nVoxels]` on the same grid.
 * @param scale - As for the reference.
 * @returns The motion from the reference to the volume.
 * @throws Never.
 */
export function findMotion(
  prepared: PreparedReference,
  volume: FloatArray,
  scale: number,
): SearchResult {
  const { space, levels, plain, blurred, spare } = prepared
  fillSpline(space, plain, volume, scale)
  let motion: readonly number[] = identityAffine
  let result: SearchResult | undefined
  let nIterations = 0
  for (const { blur, search } of levels) {
    blurSpline(space, blur, plain, blurred, spare)
    result = searchMotion(search, motion)
    motion = result.motion
    nIterations += result.nIterations
  }
  return { ...result!, nIterations }
}
