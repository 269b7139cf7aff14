import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BidsRun } from '../../../src/io/bids/index.ts'
import { readConfounds } from '../../../src/io/bids/index.ts'
import { readNifti } from '../../../src/io/nifti/index.ts'
import {
  preprocessRun,
  type PreprocessedRun,
} from '../../../src/pipeline/preprocess/preprocess-run.ts'
import { motionNames } from '../../../src/preprocess/motion.ts'
import { temporaryFolder } from '../_dataset.ts'
import { headGrid, nHeadVoxels, optionsFor, readRuns, step, writeHeadRuns } from './_head-runs.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)
const bids = join(dir, 'bids')
const clean = motionNames
const nVolumes = 24
let runs: readonly BidsRun[]
let done: PreprocessedRun

beforeAll(async () => {
  const drift = (volume: Float32Array, t: number): void => {
    for (let v = 0; v < nHeadVoxels; v++) volume[v]! *= 1 + 0.004 * t
  }
  await writeHeadRuns(bids, [{ motion: step(nVolumes), spoil: drift, nVolumes }, { nVolumes: 7 }])
  const events = 'onset\tduration\ttrial_type\n10\t16\tfear\n30\t2\tn/a\n'
  writeFileSync(join(bids, 'sub-01', 'func', 'sub-01_task-rest_run-1_events.tsv'), events)
  runs = await readRuns(bids)
  done = await preprocessRun(runs[0]!, await optionsFor(runs[0]!, join(dir, 'out'), { clean }))
})

/** Slope of a series over time, per volume. */
function slope(series: readonly number[]): number {
  const middle = (series.length - 1) / 2
  const sum = (term: (value: number, t: number) => number): number =>
    series.reduce((total, value, t) => total + term(value, t), 0)
  return sum((value, t) => (t - middle) * value) / sum((_, t) => (t - middle) ** 2)
}

describe('cleaned volumes of preprocessRun', () => {
  it('takes drift and motion out of every brain voxel and keeps its mean; nothing is left outside', async () => {
    const { files } = done
    const preprocessed = (await readNifti(files.bold)).data
    const { data, header } = await readNifti(files.clean)
    const mask = (await readNifti(files.mask)).data
    expect(header.shape).toEqual([...headGrid.shape, nVolumes])
    const { data: motion } = await readConfounds(files.confounds, ['trans_y'])
    const moved = motion.map((mm) => mm - motion.reduce((a, b) => a + b) / nVolumes)
    let nInside = 0
    for (let v = 0; v < nHeadVoxels; v += 7) {
      const series = (of: ArrayLike<number>): number[] =>
        Array.from({ length: nVolumes }, (_, t) => of[t * nHeadVoxels + v]!)
      const cleaned = series(data)
      if (mask[v] === 0) {
        expect(Math.max(...cleaned.map(Math.abs))).toBe(0)
        continue
      }
      nInside += 1
      const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / nVolumes
      expect(mean(cleaned)).toBeCloseTo(mean(series(preprocessed)), 1)
      expect(Math.abs(slope(cleaned))).toBeLessThan(1e-3)
      expect(Math.abs(cleaned.reduce((sum, value, t) => sum + value * moved[t]!, 0))).toBeLessThan(
        0.05,
      )
    }
    expect(nInside).toBeGreaterThan(100)
  })

  it('labels every volume by the response of what was shown', () => {
    const lines = readFileSync(done.files.labels, 'utf8').trim().split('\n')
    expect(lines[0]).toBe('volume\tonset\tlabel')
    const labels = lines.slice(1).map((line) => line.split('\t')[2]!)
    expect(labels).toHaveLength(nVolumes)
    expect(lines[4]).toBe('3\t6\trest')
    expect(labels.slice(0, 5)).toEqual(Array(5).fill('rest'))
    expect(labels.slice(8, 14)).toEqual(Array(6).fill('fear'))
    expect(new Set(labels)).toEqual(new Set(['rest', 'fear', 'n/a']))
    const sidecar = JSON.parse(readFileSync(done.files.labelsSidecar, 'utf8')) as object
    expect(sidecar).toMatchObject({
      VolumesPerLabel: { fear: labels.filter((label) => label === 'fear').length },
      Sources: ['sub-01_task-rest_run-1_events.tsv'],
    })
    expect(JSON.parse(readFileSync(done.files.cleanSidecar, 'utf8'))).toMatchObject({
      RepetitionTime: 2,
      RemovedConfounds: motionNames,
    })
  })

  it('is made again when the events change, kept otherwise', async () => {
    const options = await optionsFor(runs[0]!, join(dir, 'out'), { clean })
    expect((await preprocessRun(runs[0]!, options)).isReused).toBe(true)
    writeFileSync(runs[0]!.events!, 'onset\tduration\ttrial_type\n10\t16\tcalm\n')
    expect((await preprocessRun(runs[0]!, options)).isReused).toBe(false)
    expect(readFileSync(done.files.labels, 'utf8')).toContain('calm')
  })

  it('writes nothing unless asked, and no labels without events', async () => {
    const out = join(dir, 'plain')
    const plain = await preprocessRun(runs[0]!, await optionsFor(runs[0]!, out))
    expect([plain.files.clean, plain.files.labels].map((file) => existsSync(file))).toEqual([
      false,
      false,
    ])
    const still = join(dir, 'slice')
    const grid = { ...headGrid, shape: [20, 24, 1] as const }
    await writeHeadRuns(still, [{ grid, nVolumes: 12 }])
    const [slice] = await readRuns(still)
    // A single slice has no motion parameters, and the default names them.
    const cleaned = await preprocessRun(slice!, await optionsFor(slice!, join(dir, 's'), { clean }))
    expect(existsSync(cleaned.files.clean)).toBe(true)
    expect(existsSync(cleaned.files.labels)).toBe(false)
  })

  it('refuses columns that the run has not, and runs that are too short', async () => {
    const odd = await optionsFor(runs[0]!, join(dir, 'odd'), { clean: ['trans_q'] })
    await expect(preprocessRun(runs[0]!, odd)).rejects.toThrow(/trans_q/)
    const short = await optionsFor(runs[1]!, join(dir, 'short'), { clean })
    await expect(preprocessRun(runs[1]!, short)).rejects.toMatchObject({
      code: 'CLEAN_TOO_FEW_VOLUMES',
    })
  })
})
