/** Reading a whole run: 64 x 64 x 34 x 200 int16, 55.7 MB, as .nii and as .nii.gz, into float32. */
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng } from '../src/core/rng.ts'
import { readNifti, writeNifti } from '../src/io/nifti/index.ts'
import type { Workload } from './workload.ts'

const shape = [64, 64, 34, 200] as const

export const niftiLoad: Workload = {
  name: 'nifti-load',
  repetitions: 5,
  setup: () => loadFile('limbic-bench-v1.nii'),
}

export const niftiLoadGz: Workload = {
  name: 'nifti-load-gz',
  repetitions: 5,
  setup: () => loadFile('limbic-bench-v1.nii.gz'),
}

async function loadFile(name: string): Promise<() => Promise<void>> {
  const file = join(tmpdir(), name)
  if (!existsSync(file)) {
    const affine = [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3.5, 0, 0, 0, 0, 1]
    await writeNifti(file, { data: simulateRun(), shape, affine, trSeconds: 2 })
  }
  return async () => {
    await readNifti(file)
  }
}

/** An ellipsoid brain of 940 over a background of 40, with 2 % multiplicative and 8 units of additive noise: compresses like a real run. */
function simulateRun(): Int16Array {
  const [nx, ny, nz, nt] = shape
  const rng = createRng('bench nifti')
  const brain = new Float32Array(nx * ny * nz)
  const at = (i: number, n: number): number => (2 * i) / (n - 1) - 1
  for (let i = 0; i < brain.length; i++) {
    const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))]
    const radius = at(x, nx) ** 2 + at(y, ny) ** 2 + at(z, nz) ** 2
    brain[i] = radius < 0.7 ? 940 : 40
  }
  const run = new Int16Array(brain.length * nt)
  for (let i = 0; i < run.length; i++) {
    const value = brain[i % brain.length]!
    run[i] = value * (1 + 0.02 * rng.normal()) + 8 * rng.normal()
  }
  return run
}
