/** Runs on disk -> the volumes of a few of them in memory, never more than a bound allows. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix32, RunKey } from '../../core/types.ts'
import type { VolumeRun } from './volume-samples.ts'

/** Volumes of runs, held as long as they are wanted and fit. */
export interface RunStore {
  /** Holds these runs and lets go of all others; `[nVolumes x nVoxels]` each. */
  hold(runs: readonly number[]): Promise<readonly Matrix32[]>
  /** Bytes of volumes in memory now. */
  heldBytes(): number
}

/**
 * Makes a store.
 *
 * @param runs - All runs.
 * @returns The store, empty.
 * @throws Never; `hold` throws what reading throws, and {LimbicError} `VOLUME_NOT_FINITE`.
 */
export function createRunStore(runs: readonly VolumeRun[]): RunStore {
  const held = new Map<number, Matrix32>()
  return {
    async hold(wanted) {
      for (const run of [...held.keys()]) if (!wanted.includes(run)) held.delete(run)
      const matrices: Matrix32[] = []
      for (const run of wanted) {
        const matrix = held.get(run) ?? (await readRun(runs[run]!))
        held.set(run, matrix)
        matrices.push(matrix)
      }
      return matrices
    },
    heldBytes: () => [...held.values()].reduce((sum, { data }) => sum + data.byteLength, 0),
  }
}

/**
 * Cuts a sequence of runs into windows that fit into memory together.
 *
 * @param order - Runs in the order wanted.
 * @param bytesOf - Size of a run.
 * @param maxBytes - The most that the runs of a window may take; a larger run is a window by itself.
 * @returns The windows, in order.
 * @throws Never.
 * @example
 * const windows = cutWindows([2, 0, 1], (run) => [4, 3, 2][run] ?? 0, 6) // windows = [[2, 0], [1]]
 */
export function cutWindows(
  order: readonly number[],
  bytesOf: (run: number) => number,
  maxBytes: number,
): readonly (readonly number[])[] {
  const windows: number[][] = []
  let room = 0
  for (const run of order) {
    const bytes = bytesOf(run)
    if (windows.length === 0 || bytes > room) {
      windows.push([])
      room = maxBytes
    }
    windows.at(-1)!.push(run)
    room -= bytes
  }
  return windows
}

async function readRun(run: VolumeRun): Promise<Matrix32> {
  const { data, nRows, nCols } = await run.read()
  assertFinite(run.key, data, nCols)
  return { data: data instanceof Float32Array ? data : Float32Array.from(data), nRows, nCols }
}

/** One such voxel would make every weight of a network NaN. */
function assertFinite(key: RunKey, data: ArrayLike<number>, nVoxels: number): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue
    const volume = Math.floor(i / nVoxels)
    let nNotFinite = 0
    for (let v = volume * nVoxels; v < (volume + 1) * nVoxels; v++)
      if (!Number.isFinite(data[v])) nNotFinite += 1
    throw new LimbicError('VOLUME_NOT_FINITE', { where: key, volume, nNotFinite, nVoxels })
  }
}
