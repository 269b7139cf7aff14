/** A run -> some consecutive volumes of it, as a run of their own. */
import type { FloatArray, Matrix } from '../../core/types.ts'
import type { RunData } from './subject-data.ts'

/**
 * Cuts volumes out of a run.
 *
 * @param run - The run.
 * @param from - First volume.
 * @param to - The volume after the last.
 * @returns The run itself when nothing is cut off. Otherwise its key names the volumes, so that what is fitted on one part of a run is told
 *   from the other part.
 * @throws Never.
 */
export function cutRun(run: RunData, from: number, to: number): RunData {
  if (from === 0 && to >= run.nVolumes) return run
  const { confounds, motion, labelsByLag } = run
  return {
    ...run,
    key: `${run.key}/volumes-${from}-${to - 1}`,
    sha256: `${run.sha256}/volumes-${from}-${to - 1}`,
    nVolumes: to - from,
    firstVolume: (run.firstVolume ?? 0) + from,
    labels: run.labels.slice(from, to),
    ...(labelsByLag === undefined ? {} : { labelsByLag: sliceAll(labelsByLag, from, to) }),
    ...(confounds === undefined ? {} : { confounds: sliceRows(confounds, from, to) }),
    ...(motion === undefined ? {} : { motion: sliceRows(motion, from, to) }),
    readSeries: async (voxels) => sliceRows(await run.readSeries(voxels), from, to),
  }
}

function sliceAll(
  labels: NonNullable<RunData['labelsByLag']>,
  from: number,
  to: number,
): NonNullable<RunData['labelsByLag']> {
  return Object.fromEntries(
    Object.entries(labels).map(([lag, ofRun]) => [lag, ofRun.slice(from, to)]),
  )
}

function sliceRows<A extends FloatArray>(
  { data, nCols }: Matrix<A>,
  from: number,
  to: number,
): Matrix<A> {
  const rows = data.slice(from * nCols, to * nCols) as A
  return { data: rows, nRows: to - from, nCols }
}
