/** Volumes [nVoxels] of a run in order -> the same without head motion, and the motion of each. */
import { createFinding, isLimbicError, type Finding } from '../../core/errors/index.ts'
import type { Grid, Matrix64 } from '../../core/types.ts'
import type { NiftiVolume } from '../../io/nifti/index.ts'
import { createRealigner, type Realigner } from '../../preprocess/realign/index.ts'
import { resampleVolume } from '../../preprocess/resample/index.ts'

/** What was found while volumes were realigned. */
export interface MotionLog {
  /** `[nVolumes x 6]`, mm and rad; undefined when volumes are not realigned. */
  readonly motion: Matrix64 | undefined
  /** Volumes whose motion is not certain, ascending. */
  readonly doubtful: number[]
  /** Motion per volume, 16 numbers each, as it becomes known. */
  readonly motions: (readonly number[])[]
  worstMisfit: number
  /** Largest share of a volume that lies outside what was measured. */
  mostOutside: number
}

/** Realigns volumes, or hands them on when that cannot be done. */
export interface RunRealigner {
  readonly log: MotionLog
  readonly findings: readonly Finding[]
  readonly realigner: Realigner | undefined
}

/**
 * Prepares the realignment of a run.
 *
 * @param reference - `[nVoxels]`.
 * @param grid - Its grid.
 * @param bold - The image, for messages.
 * @param nVolumes - Volumes of the run.
 * @returns The realigner; none, and a warning that says why, for single slices, thin slabs and grids too coarse to tell motion.
 * @throws {LimbicError} As `createRealigner`, for every other reason.
 */
export function prepareRealignment(
  reference: Float32Array,
  grid: Grid,
  bold: string,
  nVolumes: number,
): RunRealigner {
  const empty = { doubtful: [], motions: [], worstMisfit: 0, mostOutside: 0 }
  try {
    const realigner = createRealigner(reference, grid, { resample: false })
    const motion = { data: new Float64Array(6 * nVolumes), nRows: nVolumes, nCols: 6 }
    return { realigner, findings: [], log: { motion, ...empty } }
  } catch (error) {
    if (!isLimbicError(error, 'REALIGN_GRID_TOO_SMALL') && !isTooFewSamples(error)) throw error
    const finding = createFinding('warning', 'REALIGN_LEFT_OUT', { bold, why: grid.shape })
    return {
      realigner: undefined,
      findings: [finding],
      log: { motion: undefined, ...empty },
    }
  }
}

function isTooFewSamples(error: unknown): boolean {
  return isLimbicError(error, 'VALUE_INVALID') && error.details.what.includes('reference volume')
}

/**
 * Measures the motion of volumes on their way.
 *
 * @param volumes - In order, as stored: slice timing would smear a sudden movement over two volumes.
 * @param run - As prepared; its log is filled.
 * @returns The same volumes.
 * @throws {LimbicError} Those of `volumes` and of the realigner.
 */
export async function* measureMotion(
  volumes: AsyncIterable<NiftiVolume>,
  { realigner, log }: RunRealigner,
): AsyncGenerator<NiftiVolume> {
  for await (const { index, data } of volumes) {
    if (realigner !== undefined) {
      const { parameters, motion, misfit, findings } = realigner.realignOne(data)
      log.motion?.data.set(parameters, 6 * index)
      log.motions[index] = motion
      if (findings.length > 0) log.doubtful.push(index)
      if (findings.length > 0) log.worstMisfit = Math.max(log.worstMisfit, misfit)
    }
    yield { index, data }
  }
}

/**
 * Puts volumes back to where the reference is.
 *
 * @param volumes - In order.
 * @param run - With the motion of every volume that comes.
 * @param grid - Grid of the volumes and of the reference.
 * @returns The volumes, read by cubic B-spline. Each depends on the reference and itself only.
 * @throws {LimbicError} Those of `volumes`.
 */
export async function* undoMotion(
  volumes: AsyncIterable<NiftiVolume>,
  { realigner, log }: RunRealigner,
  grid: Grid,
): AsyncGenerator<NiftiVolume> {
  for await (const { index, data } of volumes) {
    const motion = log.motions[index]
    if (realigner === undefined || motion === undefined) yield { index, data }
    else {
      const options = { interpolation: 'cubic', motion, outside: 'nearest' } as const
      const moved = resampleVolume(data, grid, grid, options)
      log.mostOutside = Math.max(log.mostOutside, moved.nOutside / data.length)
      yield { index, data: moved.data }
    }
  }
}

/**
 * Says which motions are not certain.
 *
 * @param log - As filled.
 * @param bold - The image, for messages.
 * @returns A warning, or nothing.
 * @throws Never.
 */
export function describeDoubts(log: MotionLog, bold: string): Finding[] {
  const { doubtful, worstMisfit: misfit, mostOutside } = log
  if (doubtful.length === 0) return []
  const what = `${doubtful.length === 1 ? 'volume' : 'volumes'} ${doubtful.join(', ')} of ${bold}`
  return [
    createFinding('warning', 'REALIGN_NOT_CONVERGED', { what, misfit, overlap: 1 - mostOutside }),
  ]
}
