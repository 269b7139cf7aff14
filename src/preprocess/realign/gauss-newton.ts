/** A volume's spline and a reference's samples -> the rigid motion between them, by inverse compositional Gauss-Newton steps. */
import { solveLeastSquares } from '../../math/least-squares.ts'
import { invertAffine, multiplyAffines, type Point } from '../resample/affine-map.ts'
import type { SplineMemory } from '../resample/spline-volume.ts'
import { motionDistance, motionMatrix, motionParameters } from '../motion.ts'
import type { ReferenceSamples } from './reference-samples.ts'

/** What one level of the search works on. */
export interface SearchLevel {
  readonly space: SplineMemory
  readonly samples: ReferenceSamples
  /** Byte offset of the blurred volume's spline. */
  readonly coefficients: number
  /** Voxels of border that do not take part. */
  readonly border: Point
  /** Byte offset of working memory, at least `scratchBytes`. */
  readonly scratch: number
  readonly affine: readonly number[]
  readonly inverse: readonly number[]
  readonly centreMm: Point
  readonly corners: readonly Point[]
  readonly maxIterations: number
  /** Ends the search: a step that moves the corners of the volume by less than this, on average. */
  readonly toleranceMm: number
}

/** Where a search ended. */
export interface SearchResult {
  /** Reference mm to volume mm, 16 numbers. */
  readonly motion: number[]
  readonly converged: boolean
  readonly nIterations: number
  /** Intensity of the volume as a multiple of the reference. */
  readonly gain: number
  /** Root mean square difference left, as a fraction of the reference's root mean square. */
  readonly misfit: number
  /** Fraction of the samples that lie inside the volume. */
  readonly overlap: number
}

/** Bytes of working memory of a search: a 3 x 4 map, 8 x 8 sums and 64 weights. */
export const scratchBytes = 128 + 512 + 256

/**
 * Refines a motion until its steps vanish.
 *
 * @param level - Samples, spline and when to stop.
 * @param start - Motion to start from, 16 numbers.
 * @returns The motion. It has not converged when the steps have not become small, or when next to nothing of the reference is left
 *   inside the volume.
 * @throws Never.
 * @remarks Baker and Matthews (2004), Int. J. Comput. Vis. 56:221-255: derivatives are those of the reference, so that noise in the volume does not
 *   draw the estimate anywhere. The volume's intensity may differ by a factor, which is fitted along. O(nSamples) per step.
 */
export function searchMotion(level: SearchLevel, start: readonly number[]): SearchResult {
  let motion = [...start]
  let sums = sumProducts(level, motion)
  let step = solveStep(sums.products)
  for (let nIterations = 1; nIterations <= level.maxIterations; nIterations++) {
    const isLost = !(sums.overlap >= 0.1) || !step.every(Number.isFinite)
    if (isLost) return describe(motion, sums, step, nIterations, false)
    const gain = Math.max(0.1, 1 + step[6]!)
    const update = motionMatrix(scaled(step, 1 / gain), level.centreMm)
    const next = rigid(multiplyAffines(motion, invertAffine(update)), level.centreMm)
    const { meanMm } = motionDistance(motion, next, level.corners)
    motion = next
    if (meanMm < level.toleranceMm) return describe(motion, sums, step, nIterations, true)
    sums = sumProducts(level, motion)
    step = solveStep(sums.products)
  }
  return describe(motion, sums, step, level.maxIterations, false)
}

interface Sums {
  /** 8 x 8, of which the upper triangle is filled: six derivatives, the reference's value, the difference. */
  readonly products: Float64Array
  readonly overlap: number
}

function sumProducts(level: SearchLevel, motion: readonly number[]): Sums {
  const { space, samples, coefficients, border, scratch } = level
  const toVoxels = multiplyAffines(level.inverse, multiplyAffines(motion, level.affine))
  space.doubles(scratch, 12).set(toVoxels.slice(0, 12))
  const [nx, ny, nz] = space.shape
  const [map, sums, weights] = [scratch, scratch + 128, scratch + 640]
  const nInside = space.kernels.accumulate(
    ...[coefficients, nx, ny, nz, space.stride, map],
    ...[samples.nSamples, samples.places, samples.rows, ...border, weights, sums],
  )
  return { products: space.doubles(sums, 64).slice(), overlap: nInside / samples.nSamples }
}

/** Least squares of the difference on the six derivatives and the reference itself. */
function solveStep(products: Float64Array): Float64Array {
  const n = 7
  // Columns are brought to length 1: mm, rad and intensities have nothing in common.
  const size = Float64Array.from({ length: n }, (_, i) => Math.sqrt(products[9 * i]!) || 1)
  const design = new Float64Array(n * n)
  const target = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++)
      design[i * n + j] = products[8 * Math.min(i, j) + Math.max(i, j)]! / (size[i]! * size[j]!)
    target[i] = products[8 * i + 7]! / size[i]!
  }
  if (![...design, ...target].every(Number.isFinite)) return new Float64Array(n).fill(NaN)
  const { coefficients } = solveLeastSquares(
    { data: design, nRows: n, nCols: n },
    { data: target, nRows: n, nCols: 1 },
  )
  return coefficients.data.map((value, i) => value / size[i]!)
}

function scaled(step: Float64Array, factor: number): Parameters<typeof motionMatrix>[0] {
  return [0, 1, 2, 3, 4, 5].map((k) => step[k]! * factor) as unknown as Parameters<
    typeof motionMatrix
  >[0]
}

/** The same motion, free of what rounding has added to its rotation. */
function rigid(motion: readonly number[], centreMm: Point): number[] {
  return motionMatrix(motionParameters(motion, centreMm), centreMm)
}

function describe(
  motion: number[],
  { products, overlap }: Sums,
  step: Float64Array,
  nIterations: number,
  converged: boolean,
): SearchResult {
  // What least squares leaves of the sum of squared differences.
  let rest = products[63]!
  for (let k = 0; k < 7; k++) rest -= step[k]! * products[8 * k + 7]!
  const misfit = Math.sqrt(Math.max(0, rest) / products[54]!)
  return { motion, converged, nIterations, gain: 1 + step[6]!, misfit, overlap }
}
