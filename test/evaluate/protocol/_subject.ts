/** Made-up subjects for protocol tests: series in memory, labels given. */
import { splitRuns } from '../../../src/evaluate/protocol/splits.ts'
import type { RunData, SubjectData } from '../../../src/evaluate/protocol/subject-data.ts'
import { formatRunKey } from '../../../src/core/types.ts'
import type { DataStep } from '../../../src/core/schemas/pipeline.ts'

export interface MadeRun {
  readonly task: string
  readonly run: string
  readonly labels: readonly number[]
  /** `[nVolumes][nVoxels]`; zeros when absent. */
  readonly volumes?: readonly (readonly number[])[]
}

export function makeRun(subject: string, made: MadeRun, nVoxels = 4): RunData {
  const id = { subject, task: made.task, run: made.run }
  const nVolumes = made.labels.length
  const all = Float32Array.from(
    (made.volumes ?? made.labels.map(() => Array<number>(nVoxels).fill(0))).flat(),
  )
  return {
    id,
    key: formatRunKey(id),
    sha256: `${formatRunKey(id)}#${all.join(',')}#${made.labels.join(',')}`,
    nVolumes,
    trSeconds: 2,
    labels: Int32Array.from(made.labels),
    maskVoxels: Int32Array.from({ length: nVoxels }, (_, v) => v),
    readSeries: (voxels) => {
      const data = new Float32Array(nVolumes * voxels.length)
      for (let t = 0; t < nVolumes; t++)
        voxels.forEach((voxel, i) => {
          data[t * voxels.length + i] = all[t * nVoxels + voxel]!
        })
      return Promise.resolve({ data, nRows: nVolumes, nCols: voxels.length })
    },
  }
}

export function makeSubject(
  subject: string,
  runs: readonly MadeRun[],
  calibration: DataStep['calibration'],
  nVoxels = 4,
): SubjectData {
  const made = runs.map((run) => makeRun(subject, run, nVoxels))
  return {
    subject,
    grid: { shape: [nVoxels, 1, 1], affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] },
    runs: made,
    ...splitRuns(subject, made, { calibration }),
  }
}
