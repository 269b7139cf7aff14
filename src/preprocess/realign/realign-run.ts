/** A run [nVolumes x nVoxels] of whole volumes -> the run with the head in one place, and its motion. */
import { createFinding, isLimbicError, LimbicError, type Finding } from '../../core/errors/index.ts'
import type { FloatArray, Grid, Matrix, Matrix32, Matrix64 } from '../../core/types.ts'
import { framewiseDisplacement, type MotionParameters } from '../motion.ts'
import { createRealigner, type RealignOptions } from './create-realigner.ts'

export interface RealignRunOptions extends RealignOptions {
  /** A volume of the run by index, or any volume on the same grid; the first volume by default. */
  readonly reference?: number | FloatArray
}

/** A run without head motion. */
export interface RealignedRun {
  /** `[nVolumes x nVoxels]` on the reference's grid. */
  readonly series: Matrix32
  /** `[nVolumes x 6]`, mm and rad about the middle of the volume. */
  readonly parameters: Matrix64
  readonly framewiseDisplacementMm: Float64Array
  /** Mean displacement of the volume's corners from the reference, per volume. */
  readonly meanCornerMm: Float64Array
  /** What is wrong, by volume; a blank volume is an error here and stays as it is. */
  readonly findings: readonly Finding[]
}

/**
 * Realigns every volume of a run to one reference.
 *
 * @param run - `[nVolumes x nVoxels]`, all voxels of the grid; not changed.
 * @param grid - Grid of the volumes.
 * @param options - Reference and how to search.
 * @returns The realigned run. A blank volume is kept unchanged, takes the parameters of the volume before it and is named in the findings.
 * @throws {LimbicError} `SHAPE_MISMATCH`, `VOLUME_BLANK` or `REALIGN_GRID_TOO_SMALL` when run or reference cannot be used; `VALUE_INVALID` when there is
 *   no such reference.
 * @remarks The same numbers as `realignOne` volume by volume.
 */
export function realignRun(run: Matrix, grid: Grid, options: RealignRunOptions = {}): RealignedRun {
  const { nRows, nCols } = run
  const volumeAt = (t: number): FloatArray => run.data.subarray(t * nCols, (t + 1) * nCols)
  const realigner = createRealigner(referenceOf(run, options.reference ?? 0, volumeAt), grid, {
    ...options,
    resample: true,
  })
  const series = new Float32Array(nRows * nCols)
  const parameters = new Float64Array(nRows * 6)
  const meanCornerMm = new Float64Array(nRows)
  const findings: Finding[] = []
  let last: MotionParameters = [0, 0, 0, 0, 0, 0]
  for (let t = 0; t < nRows; t++) {
    try {
      const found = realigner.realignOne(volumeAt(t), `volume ${t}`)
      series.set(found.resampled!, t * nCols)
      meanCornerMm[t] = found.meanCornerMm
      findings.push(...found.findings)
      last = found.parameters
    } catch (error) {
      if (!isLimbicError(error, 'VOLUME_BLANK')) throw error
      findings.push(createFinding('error', error.code, error.details))
      series.set(volumeAt(t), t * nCols)
      meanCornerMm[t] = meanCornerMm[t - 1] ?? 0
    }
    parameters.set(last, 6 * t)
  }
  const motion = { data: parameters, nRows, nCols: 6 }
  return {
    series: { data: series, nRows, nCols },
    parameters: motion,
    framewiseDisplacementMm: framewiseDisplacement(motion),
    meanCornerMm,
    findings,
  }
}

function referenceOf(
  { nRows }: Matrix,
  reference: number | FloatArray,
  volumeAt: (t: number) => FloatArray,
): FloatArray {
  if (typeof reference !== 'number') return reference
  if (Number.isInteger(reference) && reference >= 0 && reference < nRows) return volumeAt(reference)
  throw new LimbicError('VALUE_INVALID', {
    what: 'the reference volume of a realignment',
    expected: `an index from 0 to ${nRows - 1}`,
    found: `${reference}`,
  })
}
