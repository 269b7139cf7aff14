/**
 * Memory of training on as many volumes as the paper had: `node dist/bench/large-dataset.js FOLDER [PRESET] [MINUTES]` makes 24 runs of 127
 * volumes (3048 in all, 64 x 64 x 44, int16, 1.1 GB) in FOLDER where they are missing, trains for one epoch, and prints the peak of memory.
 */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createRng } from '../src/core/rng.ts'
import { openEngine } from '../src/engine/index.ts'
import { writeNifti } from '../src/io/nifti/index.ts'
import {
  fitResnet3dVolumes,
  openSeriesRun,
  type Resnet3dFitOptions,
  type VoxelGrid,
} from '../src/train/volumes/index.ts'

const [nRuns, nVolumes, nVoxels] = [24, 127, 64 * 64 * 44]
const [folder = 'large-dataset', preset = 'compact', minutes = '60'] = process.argv.slice(2)

const grid: VoxelGrid = {
  shape: [64, 64, 44],
  voxels: Int32Array.from({ length: nVoxels }, (_, v) => v),
}

async function writeRun(file: string, run: number): Promise<void> {
  const rng = createRng(`large/${run}`)
  // One field of noise, shifted from volume to volume: what the values are does not matter here.
  const field = Int16Array.from({ length: 2 * nVoxels }, () => 500 + Math.round(100 * rng.normal()))
  const data = new Int16Array(nVolumes * nVoxels)
  for (let t = 0; t < nVolumes; t++)
    data.set(field.subarray(997 * t, 997 * t + nVoxels), t * nVoxels)
  const affine = [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1]
  await writeNifti(file, { data, shape: [64, 64, 44, nVolumes], affine, trSeconds: 2 })
}

await mkdir(folder, { recursive: true })
const files = Array.from({ length: nRuns }, (_, run) => join(folder, `run-${run + 1}_bold.nii`))
for (const [run, file] of files.entries()) if (!existsSync(file)) await writeRun(file, run)
const labels = Int32Array.from({ length: nVolumes }, (_, t) => t % 2)
const runs = files.map((file, run) =>
  openSeriesRun({ file, key: `sub-${run + 1}/task-a/run-1`, labels }, grid),
)
const isPaper = preset === 'paper'
const options: Resnet3dFitOptions = {
  ...{ epochs: 1, members: 1, batchSize: isPaper ? 4 : 32, maxMinutes: Number(minutes) },
  preset: isPaper ? 'paper' : 'compact',
}
await fitResnet3dVolumes({ grid, runs, nClasses: 2 }, options, {
  rng: createRng(0),
  emit: (event) => {
    if (event.type === 'progress') process.stdout.write(`${event.done}: ${event.detail ?? ''}\n`)
  },
  openEngine: () => openEngine(),
})
const peakMb = Math.round(process.resourceUsage().maxRSS / 1024)
process.stdout.write(
  `${nRuns * nVolumes} volumes, one epoch (${preset}): peak memory ${peakMb} MB\n`,
)
process.exit(0)
