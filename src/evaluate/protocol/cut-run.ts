/** A run -> some consecutive volumes of it, as a run of their own. */
import type { FloatArray, Matrix, RunKey } from '../../core/types.ts'
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

/**
 * Tells whether two runs, or parts of runs, have volumes in common.
 *
 * @param a - Key of a run as it was measured, or of a part that `cutRun` made.
 * @param b - The other key.
 * @returns Whether a volume belongs to both.
 * @throws Never.
 * @example
 * const answer = sharesVolumes('sub-01/task-x/run-1', 'sub-01/task-x/run-1/volumes-9-20') // answer = true
 */
export function sharesVolumes(a: RunKey, b: RunKey): boolean {
  if (a === b) return true
  const [one, other] = [locate(a), locate(b)]
  return one.run === other.run && one.from <= other.to && other.from <= one.to
}

/** The run as measured, and the volumes of it that a key stands for. Parts of parts are counted from the start of the outer part. */
function locate(key: RunKey): { run: string; from: number; to: number } {
  const [run = '', ...cuts] = key.split('/volumes-')
  let [from, to] = [0, Infinity]
  for (const cut of cuts) {
    const [first = 0, last = 0] = cut.split('-').map(Number)
    to = from + last
    from += first
  }
  return { run, from, to }
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
