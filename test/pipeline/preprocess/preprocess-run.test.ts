import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { indexBids, readConfounds, type BidsRun } from '../../../src/io/bids/index.ts'
import { readNifti, readNiftiHeader } from '../../../src/io/nifti/index.ts'
import {
  preprocessRun,
  type PreprocessedRun,
} from '../../../src/pipeline/preprocess/preprocess-run.ts'
import { listFiles, temporaryFolder } from '../_dataset.ts'
import { headGrid, nHeadVoxels, optionsFor, readRuns, step, writeHeadRuns } from './_head-runs.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)
const bids = join(dir, 'bids')
const out = join(dir, 'out')
const SliceTiming = Array.from({ length: 16 }, (_, z) => ((z * 7) % 16) / 8)
let runs: readonly BidsRun[]
let done: PreprocessedRun

beforeAll(async () => {
  await writeHeadRuns(bids, [
    { motion: step(24), sidecar: { SliceTiming } },
    {
      spoil: (volume, t) => {
        if (t === 3) volume.fill(0)
        if (t === 9) volume.fill(NaN, 100, 120)
      },
    },
  ])
  runs = await readRuns(bids)
  done = await preprocessRun(runs[0]!, await optionsFor(runs[0]!, out))
})

describe('preprocessRun', () => {
  it('writes what a pipeline reads through data.derivatives', async () => {
    writeFileSync(
      join(out, 'dataset_description.json'),
      JSON.stringify({ Name: 'x', BIDSVersion: '1.9.0', DatasetType: 'derivative' }),
    )
    const index = await indexBids(bids, { derivatives: out })
    expect(index.findings.filter(({ code }) => code !== 'EVENTS_MISSING')).toEqual([])
    const { sidecar, header, ...read } = index.runs[0]!
    const { header: own, ...given } = done.run
    expect({ ...read, sidecar: given.sidecar }).toEqual(given)
    expect(header).toEqual(own)
    expect(sidecar).toMatchObject({ SliceTimingCorrected: true, StartTime: 0, RepetitionTime: 2 })
    expect(header.grid.shape).toEqual(headGrid.shape)
    expect(header.trSeconds).toBe(2)
  })

  it('leaves nothing but its outputs', () => {
    expect(listFiles(out).filter((name) => name !== 'dataset_description.json')).toEqual([
      'logs/sub-01_task-rest_run-1_desc-preproc_record.json',
      'sub-01/figures/sub-01_task-rest_run-1_desc-quality_bold.html',
      'sub-01/func/sub-01_task-rest_run-1_boldref.nii.gz',
      'sub-01/func/sub-01_task-rest_run-1_desc-brain_mask.json',
      'sub-01/func/sub-01_task-rest_run-1_desc-brain_mask.nii.gz',
      'sub-01/func/sub-01_task-rest_run-1_desc-confounds_timeseries.json',
      'sub-01/func/sub-01_task-rest_run-1_desc-confounds_timeseries.tsv',
      'sub-01/func/sub-01_task-rest_run-1_desc-preproc_bold.json',
      'sub-01/func/sub-01_task-rest_run-1_desc-preproc_bold.nii.gz',
      'sub-01/func/sub-01_task-rest_run-1_stat-tsnr_boldmap.nii.gz',
    ])
  })

  it('finds the millimetre that the head moved, at the volume at which it moved', async () => {
    const columns = ['trans_y', 'framewise_displacement', 'motion_outlier00']
    const { data } = await readConfounds(done.files.confounds, columns)
    expect(data[3 * 23]! - data[0]!).toBeCloseTo(1, 1)
    expect(data[3 * 12 + 1]).toBeGreaterThan(0.9)
    expect(data[3 * 12 + 2]).toBe(1)
    // Slice timing carries the change of the image over to the next volume.
    expect(done.summary.nOutliers).toBeLessThanOrEqual(2)
    expect(done.summary.maxDisplacementMm).toBeCloseTo(data[3 * 12 + 1]!, 6)
  })

  it('keeps what is there, and makes again what was touched', async () => {
    const long = new Date(2001, 1, 1)
    utimesSync(done.files.bold, long, long)
    const options = await optionsFor(runs[0]!, out)
    const again = await preprocessRun(runs[0]!, options)
    expect(again).toEqual({ ...done, isReused: true })
    expect(statSync(done.files.bold).mtime).toEqual(long)
    const bytes = readFileSync(done.files.bold)
    writeFileSync(done.files.mask, 'spoilt')
    const third = await preprocessRun(runs[0]!, options)
    expect(third).toEqual(done)
    expect(readFileSync(done.files.bold)).toEqual(bytes)
    const other = { ...options, settings: { ...options.settings, maxFramewiseDisplacementMm: 5 } }
    expect((await preprocessRun(runs[0]!, other)).isReused).toBe(false)
  })

  it('goes on where volumes are blank, numbers are missing and slice times unknown, and says so', async () => {
    const spoilt = await preprocessRun(runs[1]!, await optionsFor(runs[1]!, join(dir, 'spoilt')))
    expect(spoilt.findings.map(({ code }) => code)).toEqual([
      'SLICE_TIMING_MISSING',
      'VOLUMES_BLANK',
      'VOLUMES_NOT_FINITE',
      'OUTLIER_VOLUMES',
    ])
    const { data } = await readNifti(spoilt.files.bold)
    expect(data.every(Number.isFinite)).toBe(true)
    const volume = (t: number): Float32Array => data.slice(t * nHeadVoxels, (t + 1) * nHeadVoxels)
    expect(volume(3)).toEqual(volume(2))
    const page = readFileSync(spoilt.files.page, 'utf8')
    expect(page).toContain('Some volumes hold no image')
  })

  it('leaves no record and no image under its name when it fails', async () => {
    const failed = join(dir, 'failed')
    const options = await optionsFor(runs[0]!, failed)
    const reference = { ...options.reference, index: 99 }
    await expect(preprocessRun(runs[0]!, { ...options, reference })).rejects.toMatchObject({
      code: 'VALUE_INVALID',
    })
    expect(listFiles(failed)).toEqual([])
    const blank = join(dir, 'blank')
    await writeHeadRuns(blank, [{ nVolumes: 4, spoil: (volume) => volume.fill(7) }])
    const [run] = await readRuns(blank)
    await expect(preprocessRun(run!, options)).rejects.toMatchObject({ code: 'VOLUME_BLANK' })
    expect(listFiles(failed)).toEqual([])
  })

  it('goes without motion for a single slice', async () => {
    const slice = join(dir, 'slice')
    const grid = { ...headGrid, shape: [20, 24, 1] as const }
    await writeHeadRuns(slice, [{ grid, nVolumes: 30, sidecar: { SliceTiming: [0] } }])
    const [run] = await readRuns(slice)
    const flat = await preprocessRun(run!, await optionsFor(run!, join(dir, 'flat')))
    expect(flat.findings.map(({ code }) => code)).toContain('REALIGN_LEFT_OUT')
    expect(flat.summary.meanDisplacementMm).toBeNull()
    expect((await readNiftiHeader(flat.files.mask)).grid.shape).toEqual([20, 24, 1])
  })
})
