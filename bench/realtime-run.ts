/** What the scanner does in `limbic bench realtime`: volumes of 64 x 64 x 34 voxels, written beside a folder and renamed into it, one after the other. */
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRng } from '../src/core/rng.ts'
import { writeNifti } from '../src/io/nifti/index.ts'
import { realtimeGrid } from './realtime-grid.ts'

/** Volumes that are there before the first one is sent; the others are written in the pauses, so that long runs need no more room than they must. */
const nAhead = 500

export interface Scan {
  /** Sends the volumes; gives for each the time at which it was complete, `performance.now()`. */
  play(watched: string, intervalMs: number): Promise<readonly number[]>
}

/**
 * Makes a run.
 *
 * @param dir - Where volumes are written; on the same disk as the watched folder.
 * @param nVolumes - Length of the run.
 * @param trSeconds - What headers say.
 * @returns The run; making its first volumes is the scanner's work, and not timed.
 * @throws {Error} Of the file system.
 */
export async function prepareScan(dir: string, nVolumes: number, trSeconds: number): Promise<Scan> {
  const { shape, affine } = realtimeGrid
  const rng = createRng('a run')
  const brain = ellipsoid()
  const nameOf = (t: number): string => `vol_${String(t).padStart(5, '0')}.nii`
  const write = async (t: number): Promise<void> => {
    if (t >= nVolumes) return
    const data = Int16Array.from(brain, (value) => value + 8 * rng.uniform())
    await writeNifti(join(dir, nameOf(t)), { data, shape: [...shape], affine: [...affine], trSeconds }) // prettier-ignore
  }
  for (let t = 0; t < nAhead; t++) await write(t)
  return {
    async play(watched, intervalMs) {
      const completed: number[] = []
      const startedAt = performance.now()
      for (let t = 0; t < nVolumes; t++) {
        await sleep(Math.max(0, startedAt + (t + 1) * intervalMs - performance.now()))
        await rename(join(dir, nameOf(t)), join(watched, nameOf(t)))
        completed.push(performance.now())
        if (t + nAhead >= nVolumes) continue
        await sleep(intervalMs / 2)
        await write(t + nAhead)
      }
      return completed
    },
  }
}

/** A brain of 900 to 1100 over a background of 40. */
function ellipsoid(): Float32Array {
  const [nx, ny, nz] = realtimeGrid.shape
  const at = (i: number, n: number): number => (2 * i) / (n - 1) - 1
  return Float32Array.from({ length: nx * ny * nz }, (_, i) => {
    const [x, y, z] = [at(i % nx, nx), at(Math.floor(i / nx) % ny, ny), at(Math.floor(i / (nx * ny)), nz)] // prettier-ignore
    const texture = 100 * Math.sin(9 * x) * Math.cos(7 * y) * Math.sin(5 * z + 1)
    return x * x + y * y + z * z < 0.7 ? 1000 + texture : 40
  })
}
