/** A run's volumes [nVoxels] as measured slice by slice -> volumes as if measured at the time of their first slice. */
import { createFinding, type Finding } from '../../core/errors/index.ts'
import type { Grid, Matrix32 } from '../../core/types.ts'
import type { BidsRun } from '../../io/bids/index.ts'
import type { NiftiVolume } from '../../io/nifti/index.ts'
import {
  correctSliceTiming,
  parseSliceSchedule,
  sliceOfVoxels,
  type SliceSchedule,
} from '../../preprocess/slice-timing.ts'
import type { PreprocessOptions } from './options.ts'

/** What is done about slice times. */
export interface SlicePlan {
  /** Undefined when nothing is done. */
  readonly schedule: SliceSchedule | undefined
  readonly mode: PreprocessOptions['sliceTiming']
  /** The time within the TR that every volume then stands for. */
  readonly startSeconds: number
  readonly findings: readonly Finding[]
  readonly words: string
}

/**
 * Decides about the slice times of a run.
 *
 * @param run - The run with its sidecar.
 * @param mode - What is wanted.
 * @returns The plan. Without `SliceTiming` a warning and no correction; none either for a run that says it is corrected, or of a single slice.
 * @throws {LimbicError} `SLICE_TIMING_INVALID` when the sidecar has slice times that cannot be.
 */
export function planSliceTiming(run: BidsRun, mode: PreprocessOptions['sliceTiming']): SlicePlan {
  const { sidecar, header, trSeconds, bold } = run
  if (mode === 'none') return leaveOut('not corrected, as asked')
  if (sidecar.SliceTimingCorrected === true) return leaveOut('corrected before, says the sidecar')
  if (isSingleSlice(run)) return leaveOut('not needed: a single slice')
  if (sidecar.SliceTiming === undefined || sidecar.SliceTiming === null)
    return leaveOut('not corrected: the sidecar has no SliceTiming', [
      createFinding('warning', 'SLICE_TIMING_MISSING', { where: bold }),
    ])
  const schedule = parseSliceSchedule(sidecar, header.grid.shape, trSeconds, bold)
  const startSeconds = Math.min(...schedule.timesSeconds)
  const how =
    mode === 'spline'
      ? 'cubic spline through the run'
      : 'straight line between a volume and the one before it, causal'
  const time = Number(startSeconds.toFixed(4))
  return { schedule, mode, startSeconds, findings: [], words: `${how}, to ${time} s within the TR` }
}

function isSingleSlice({ sidecar, header }: BidsRun): boolean {
  const direction = sidecar.SliceEncodingDirection
  const axis = 'ijk'.indexOf(typeof direction === 'string' ? direction.slice(0, 1) : 'k')
  return header.grid.shape[axis] === 1
}

function leaveOut(words: string, findings: readonly Finding[] = []): SlicePlan {
  return { schedule: undefined, mode: 'none', startSeconds: 0, findings, words }
}

// Some thousand voxels at a time, so that beside the run only a small part of it is held twice.
const voxelsPerPart = 1 << 14

/**
 * Corrects slice times by a spline through the whole run.
 *
 * @param volumes - In order; read to the end before the first is given back.
 * @param schedule - When slices are measured.
 * @param shape - Voxels along x, y and z.
 * @param nVolumes - Volumes of the run.
 * @returns The volumes.
 * @throws {LimbicError} Those of `correctSliceTiming` and of `volumes`.
 * @remarks Holds the run once in float32.
 */
export async function* correctBySpline(
  volumes: AsyncIterable<NiftiVolume>,
  schedule: SliceSchedule,
  shape: Grid['shape'],
  nVolumes: number,
): AsyncGenerator<NiftiVolume> {
  const nVoxels = shape[0] * shape[1] * shape[2]
  const parts: Matrix32[] = []
  for (let first = 0; first < nVoxels; first += voxelsPerPart) {
    const nCols = Math.min(voxelsPerPart, nVoxels - first)
    parts.push({ data: new Float32Array(nVolumes * nCols), nRows: nVolumes, nCols })
  }
  for await (const { index, data } of volumes)
    parts.forEach((part, i) => {
      const first = i * voxelsPerPart
      part.data.set(data.subarray(first, first + part.nCols), index * part.nCols)
    })
  const sliceOf = sliceOfVoxels(shape, schedule.axis)
  const referenceSeconds = Math.min(...schedule.timesSeconds)
  parts.forEach((part, i) => {
    const first = i * voxelsPerPart
    const slices = sliceOf.subarray(first, first + part.nCols)
    parts[i] = correctSliceTiming(part, slices, schedule, { referenceSeconds })
  })
  for (let index = 0; index < nVolumes; index++) {
    const data = new Float32Array(nVoxels)
    parts.forEach(({ data: values, nCols }, i) =>
      data.set(values.subarray(index * nCols, (index + 1) * nCols), i * voxelsPerPart),
    )
    yield { index, data }
  }
}
