/** What a classifier of whole volumes learns from: an index of runs whose volumes stay where they are until they are asked for. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix, RunKey } from '../../core/types.ts'
import { readMaskedSeries } from '../../io/nifti/index.ts'
import { readNpy } from '../../io/npy.ts'

/** Where the columns of a matrix of voxels lie. */
export interface VoxelGrid {
  readonly shape: readonly [nx: number, ny: number, nz: number]
  /** Grid index of each column, x running fastest. */
  readonly voxels: Int32Array
}

/** Labelled volumes of one run. */
export interface VolumeRun {
  readonly key: RunKey
  /** Class index per volume. */
  readonly labels: Int32Array
  /** Another text when the numbers are others: checkpoints are told apart by it. */
  readonly version: string
  /** The volumes, `[labels.length x nVoxels]`. */
  read(): Promise<Matrix>
}

/** Labelled volumes of any number of runs on one grid. */
export interface VolumeSamples {
  readonly grid: VoxelGrid
  readonly runs: readonly VolumeRun[]
  readonly nClasses: number
}

/** Where a series of volumes lies: a NIfTI file, or a matrix `[nVolumes x nVoxels]` as `.npy`. */
export interface SeriesFile {
  readonly file: string
  readonly key: RunKey
  /** Class index per volume of the file, -1 for volumes that take no part. */
  readonly labels: Int32Array
}

/**
 * A run whose volumes are read from a file each time.
 *
 * @param series - File, run and labels.
 * @param grid - The voxels to take from a NIfTI file; the columns of a `.npy` matrix are these voxels already.
 * @returns The run, its labelled volumes only, as float32 in the units of the file.
 * @throws Never; `read` throws `SHAPE_MISMATCH` when the file has other volumes or voxels, and as `readMaskedSeries` and `readNpy`.
 */
export function openSeriesRun({ file, key, labels }: SeriesFile, grid: VoxelGrid): VolumeRun {
  const kept = Int32Array.from(labels.keys()).filter((t) => labels[t]! >= 0)
  return {
    key,
    labels: kept.map((t) => labels[t]!),
    version: file,
    async read() {
      const { data, nRows, nCols } = await readSeries(file, grid)
      if (nRows !== labels.length || nCols !== grid.voxels.length)
        throw new LimbicError('SHAPE_MISMATCH', {
          what: `the volumes of ${file}`,
          expected: `${labels.length} volumes of ${grid.voxels.length} voxels`,
          found: `${nRows} volumes of ${nCols} voxels`,
        })
      const taken = new Float32Array(kept.length * nCols)
      kept.forEach((t, row) => taken.set(data.subarray(t * nCols, (t + 1) * nCols), row * nCols))
      return { data: taken, nRows: kept.length, nCols }
    },
  }
}

/**
 * All labels of some samples, run by run.
 *
 * @param samples - The samples.
 * @returns Class index per volume.
 * @throws Never.
 */
export function volumeLabels({ runs }: Pick<VolumeSamples, 'runs'>): Int32Array {
  return Int32Array.from(runs.flatMap(({ labels }) => [...labels]))
}

async function readSeries(file: string, grid: VoxelGrid): Promise<Matrix> {
  if (!file.endsWith('.npy')) return readMaskedSeries(file, grid.voxels)
  const { data, shape } = await readNpy(file)
  return { data: Float32Array.from(data as Float32Array), nRows: shape[0]!, nCols: shape[1] ?? 1 }
}
