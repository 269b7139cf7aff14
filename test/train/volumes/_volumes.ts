/** Made-up runs of small volumes: class 1 is bright on one side, class 0 on the other. */
import { createRng } from '../../../src/core/rng.ts'
import type { Matrix32 } from '../../../src/core/types.ts'
import type { VolumeRun, VolumeSamples, VoxelGrid } from '../../../src/train/volumes/index.ts'

/** Every voxel of a 4 x 3 x 2 grid but the first and the last. */
export const grid: VoxelGrid = {
  shape: [4, 3, 2],
  voxels: Int32Array.from({ length: 22 }, (_, v) => v + 1),
}

export interface MadeRuns {
  readonly samples: VolumeSamples
  /** Keys of the runs in the order in which they were read. */
  readonly reads: string[]
}

/** Runs of as many volumes as given. Without a signal, the first voxel of volume t of run r is 100 r + t. */
export function makeRuns(
  sizes: readonly number[],
  options: { readonly signal?: number; readonly subject?: string } = {},
): MadeRuns {
  const reads: string[] = []
  const { signal = 0, subject = '01' } = options
  const runs = sizes.map((size, r): VolumeRun => {
    const key = `sub-${subject}/task-a/run-${r + 1}`
    const labels = Int32Array.from({ length: size }, (_, t) => (r + t) % 2)
    return {
      key,
      labels,
      version: `made ${signal}`,
      read: () => {
        reads.push(key)
        return Promise.resolve(makeVolumes(key, labels, signal, 100 * r))
      },
    }
  })
  return { samples: { grid, runs, nClasses: 2 }, reads }
}

function makeVolumes(key: string, labels: Int32Array, signal: number, first: number): Matrix32 {
  const nCols = grid.voxels.length
  const rng = createRng(key)
  const data = new Float32Array(labels.length * nCols)
  labels.forEach((label, t) => {
    for (let v = 0; v < nCols; v++) {
      const side = grid.voxels[v]! % 4 < 2 ? 1 : -1
      data[t * nCols + v] = rng.normal() + signal * side * (label === 1 ? 1 : -1)
    }
    if (signal === 0) data[t * nCols] = first + t
  })
  return { data, nRows: labels.length, nCols }
}
