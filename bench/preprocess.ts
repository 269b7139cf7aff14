/** Preprocessing of 64 x 64 x 34 voxels: cleaning a run, realigning one volume, and everything that `limbic preprocess` does to a run of 200. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silent } from '../src/core/events.ts'
import { createRng } from '../src/core/rng.ts'
import type { Grid } from '../src/core/types.ts'
import { indexBids } from '../src/io/bids/index.ts'
import { writeNiftiVolumes } from '../src/io/nifti/index.ts'
import { defaultPreprocessOptions } from '../src/pipeline/preprocess/options.ts'
import { planRuns } from '../src/pipeline/preprocess/plan-runs.ts'
import { preprocessRun } from '../src/pipeline/preprocess/preprocess-run.ts'
import { createCausalPreprocessor } from '../src/preprocess/causal-preprocessor.ts'
import { cleanRun } from '../src/preprocess/clean.ts'
import { gridCentre, motionMatrix } from '../src/preprocess/motion.ts'
import { createRealigner } from '../src/preprocess/realign/index.ts'
import { resampleVolume } from '../src/preprocess/resample/index.ts'
import type { Workload } from './workload.ts'

const shape = [64, 64, 34] as const
const nVoxels = 64 * 64 * 34
const grid: Grid = { shape, affine: [-3, 0, 0, 94, 0, 3, 0, -94, 0, 0, 3.5, -58, 0, 0, 0, 1] }
const trSeconds = 2
const nVolumes = 200

/** A straight line and six confounds out of 200 volumes of 40 000 voxels, then z-scores; float64, as nilearn's `signal.clean` does by default. */
export const signalClean: Workload = {
  name: 'signal-clean',
  repetitions: 7,
  setup() {
    const rng = createRng('bench signal')
    const fill = (length: number): Float64Array => Float64Array.from({ length }, () => rng.normal())
    const series = { data: fill(nVolumes * 40_000), nRows: nVolumes, nCols: 40_000 }
    const confounds = { data: fill(nVolumes * 6), nRows: nVolumes, nCols: 6 }
    const options = {
      detrend: 'linear',
      standardize: 'zscore-sample',
      trSeconds,
      confounds,
    } as const
    return Promise.resolve(() => void cleanRun(series, options))
  },
}

/** One volume that has moved by 3 mm and 3 degrees: motion found, volume put back. */
export const realignOne: Workload = {
  name: 'realign',
  repetitions: 21,
  setup() {
    const head = makeHead()
    const realigner = createRealigner(head, grid)
    const moved = move(head, 3)
    return Promise.resolve(() => void realigner.realignOne(moved))
  },
}

/** One volume as it comes from the scanner: gaps, slice timing, motion, put back. */
export const preprocessVolume: Workload = {
  name: 'preprocess-volume',
  repetitions: 21,
  setup() {
    const head = makeHead()
    const timesSeconds = Float64Array.from(sliceTimes())
    const schedule = { timesSeconds, axis: 2, trSeconds } as const
    const preprocessor = createCausalPreprocessor({ reference: head, grid, schedule })
    const volumes = [move(head, 0.3), move(head, 0.5)]
    let index = 0
    return Promise.resolve(() => {
      preprocessor.next(volumes[index % 2]!, index)
      index += 1
    })
  },
}

/** A whole run, from its file to its derivatives and its quality page. */
export const preprocessWholeRun: Workload = {
  name: 'preprocess-run',
  repetitions: 1,
  async setup() {
    const dir = mkdtempSync(join(tmpdir(), 'limbic-bench-'))
    process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
    await writeRun(dir)
    const { runs } = await indexBids(dir)
    let round = 0
    return async () => {
      const [task] = await planRuns(runs, { rule: 'typical' })
      const out = join(dir, `out-${round++}`)
      const { reference, run } = task!
      await preprocessRun(run, { out, reference, settings: defaultPreprocessOptions, emit: silent })
    }
  },
}

async function writeRun(dir: string): Promise<void> {
  const func = join(dir, 'sub-01', 'func')
  mkdirSync(func, { recursive: true })
  const description = { Name: 'One head', BIDSVersion: '1.10.0', DatasetType: 'raw' }
  writeFileSync(join(dir, 'dataset_description.json'), JSON.stringify(description))
  const stem = join(func, 'sub-01_task-rest_bold')
  const sidecar = { RepetitionTime: trSeconds, TaskName: 'rest', SliceTiming: sliceTimes() }
  writeFileSync(`${stem}.json`, JSON.stringify(sidecar))
  const image = { shape: [...shape, nVolumes], affine: grid.affine, trSeconds, datatype: 4 }
  await writeNiftiVolumes(`${stem}.nii.gz`, image, volumes())
}

async function* volumes(): AsyncGenerator<Int16Array> {
  const head = makeHead()
  const rng = createRng('bench noise')
  for (let t = 0; t < nVolumes; t++) {
    const moved = move(head, 0.5 * Math.sin(t / 20))
    yield await Promise.resolve(
      Int16Array.from(moved, (value) => Math.round(value + 15 * rng.normal())),
    )
  }
}

/** Interleaved. */
function sliceTimes(): number[] {
  return Array.from({ length: 34 }, (_, z) => (((z * 17) % 34) / 34 + (z % 2) / 68) * trSeconds)
}

/** An ellipsoid with forty blobs in it. */
function makeHead(): Float32Array {
  const rng = createRng('bench head')
  const uniform = (size: number): number => (rng.uniform() - 0.5) * size
  const blobs = Array.from({ length: 40 }, () => ({
    at: [uniform(110), uniform(130), uniform(80)] as const,
    size: 2 * (6 + 10 * rng.uniform()) ** 2,
    height: 500 * (rng.uniform() - 0.4),
  }))
  return Float32Array.from({ length: nVoxels }, (_, i) => {
    const x = 94 - 3 * (i % 64)
    const y = 3 * (Math.floor(i / 64) % 64) - 94
    const z = 3.5 * Math.floor(i / 4096) - 58
    const depth = 70 * (Math.hypot(x / 68, y / 84, z / 54) - 1)
    if (depth > 30) return 0
    const inside = blobs.reduce((sum, { at, size, height }) => {
      const distance = ((x - at[0]) ** 2 + (y - at[1]) ** 2 + (z - at[2]) ** 2) / size
      return distance < 10 ? sum + height * Math.exp(-distance) : sum
    }, 1000)
    return inside / (1 + Math.exp(depth / 2))
  })
}

/** Shifted by so many mm and turned by so many degrees. */
function move(head: Float32Array, amount: number): Float32Array {
  const turn = (amount * Math.PI) / 180
  const motion = motionMatrix([amount, -amount, amount / 2, turn, -turn, turn], gridCentre(grid))
  return resampleVolume(head, grid, grid, { interpolation: 'cubic', motion, outside: 'nearest' })
    .data
}
