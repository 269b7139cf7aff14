import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BidsRun } from '../../../src/io/bids/index.ts'
import { readNifti } from '../../../src/io/nifti/index.ts'
import { planRuns } from '../../../src/pipeline/preprocess/plan-runs.ts'
import {
  describeSubjects,
  preprocessingOf,
  readPreprocessing,
} from '../../../src/pipeline/preprocess/subject-preprocessing.ts'
import { temporaryFolder } from '../_dataset.ts'
import { headGrid, nHeadVoxels, readRuns, writeHeadRuns } from './_head-runs.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)
const SliceTiming = Array.from({ length: 16 }, (_, z) => z / 8)
let runs: readonly BidsRun[]

beforeAll(async () => {
  const elsewhere = { ...headGrid, affine: headGrid.affine.map((x, i) => (i === 3 ? x + 5 : x)) }
  await writeHeadRuns(dir, [
    { nVolumes: 7, grid: elsewhere },
    { nVolumes: 7, sidecar: { SliceTiming } },
    { nVolumes: 7 },
  ])
  runs = await readRuns(dir)
})

describe('describeSubjects', () => {
  it('takes the reference that most runs share, and the slice times of its run', async () => {
    const { '01': own } = describeSubjects(await planRuns(runs, { rule: 'typical' }))
    expect(own!.reference.key).toBe('sub-01/task-rest/run-2')
    expect([...own!.schedule!.timesSeconds]).toEqual(SliceTiming)
    expect(own!.raw).toEqual(Object.fromEntries(runs.map(({ key, bold }) => [key, bold])))
  })

  it('knows no slice times where the run has none', () => {
    const reference = { key: runs[2]!.key, bold: runs[2]!.bold, index: 0 }
    const own = describeSubjects([{ run: runs[2]!, reference }])
    expect(own['01']!.schedule).toBeNull()
  })
})

describe('readPreprocessing', () => {
  it('brings the volume itself along', async () => {
    const { '01': own } = describeSubjects(await planRuns(runs, { rule: 'typical' }))
    const { reference, grid, schedule } = await readPreprocessing(own!)
    const { data } = await readNifti(runs[1]!.bold)
    const first = own!.reference.index * nHeadVoxels
    expect(reference).toEqual(data.slice(first, first + nHeadVoxels))
    expect(grid.shape).toEqual(headGrid.shape)
    expect(schedule).toEqual(own!.schedule)
  })
})

describe('preprocessingOf', () => {
  const times = (values: readonly number[]): object => ({
    timesSeconds: Float64Array.from(values),
    axis: 2,
    trSeconds: 2,
  })

  it('prefers the slice times of the image itself', async () => {
    const { '01': own } = describeSubjects(await planRuns(runs, { rule: 'typical' }))
    const options = await readPreprocessing(own!)
    const image = join(dir, 'other_bold.nii.gz')
    const header = runs[1]!.header
    expect((await preprocessingOf(options, image, header)).schedule).toEqual(times(SliceTiming))
    const sidecar = (content: object): void =>
      writeFileSync(join(dir, 'other_bold.json'), JSON.stringify(content))
    const reversed = [...SliceTiming].reverse()
    sidecar({ SliceTiming: reversed })
    const fitted = await preprocessingOf(options, image, header)
    expect(fitted).toMatchObject({ name: image, schedule: times(reversed) })
    sidecar({ SliceTimingCorrected: true, SliceTiming })
    expect((await preprocessingOf(options, image, header)).schedule).toBeUndefined()
    sidecar({ SliceTiming: [0, 3] })
    await expect(preprocessingOf(options, image, header)).rejects.toMatchObject({
      code: 'SLICE_TIMING_INVALID',
    })
  })
})
