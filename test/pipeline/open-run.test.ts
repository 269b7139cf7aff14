import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeNifti } from '../../src/io/nifti/index.ts'
import { createRunOpener } from '../../src/pipeline/open-run.ts'
import type { RunRecord } from '../../src/pipeline/run-record.ts'
import { temporaryFolder } from './_dataset.ts'

const { dir, remove } = temporaryFolder()
const bold = join(dir, 'bold.nii.gz')
const nVolumes = 3

// Voxel v of volume t holds 10 t + v.
beforeAll(() =>
  writeNifti(bold, {
    data: Float32Array.from({ length: 8 * nVolumes }, (_, i) => 10 * Math.floor(i / 8) + (i % 8)),
    shape: [2, 2, 2, nVolumes],
    affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    trSeconds: 2,
  }),
)
afterAll(remove)

let nRecords = 0
function makeRecord(keptVoxels: readonly number[]): RunRecord {
  return {
    id: { subject: '01', task: 'emotion', run: '1' },
    key: 'sub-01/task-emotion/run-1',
    sha256: 'a',
    nVolumes,
    trSeconds: 2,
    labels: Int32Array.of(0, 1, -1),
    maskVoxels: Int32Array.from(keptVoxels),
    bold,
    keptVoxels: Int32Array.from(keptVoxels),
    seriesFile: join(dir, 'deep', `series-${++nRecords}.npy`),
    unlistedTrialTypes: [],
  }
}

async function read(record: RunRecord, voxels: readonly number[]): Promise<number[][]> {
  const series = await createRunOpener()(record).readSeries(Int32Array.from(voxels))
  expect(series).toMatchObject({ nRows: nVolumes, nCols: voxels.length })
  return Array.from({ length: nVolumes }, (_, t) => [
    ...series.data.subarray(t * voxels.length, (t + 1) * voxels.length),
  ])
}

describe('createRunOpener', () => {
  it('reads the voxels that are asked for, in their order; 0 where none was kept', async () => {
    const record = makeRecord([1, 4, 6])
    expect(await read(record, [1, 4, 6])).toEqual([
      [1, 4, 6],
      [11, 14, 16],
      [21, 24, 26],
    ])
    expect(await read(record, [6, 0, 1, 7])).toEqual([
      [6, 0, 1, 0],
      [16, 0, 11, 0],
      [26, 0, 21, 0],
    ])
    expect(await read(record, [])).toEqual([[], [], []])
  })

  it('passes on what is known of the run', () => {
    const record = makeRecord([1])
    expect(createRunOpener()(record)).toMatchObject({ key: record.key, labels: record.labels })
  })

  it('keeps the masked series when it is first read, and reads that from then on', async () => {
    const record = makeRecord([2, 3])
    const open = createRunOpener()
    const run = open(record)
    expect(existsSync(record.seriesFile)).toBe(false)
    const first = await run.readSeries(record.keptVoxels)
    expect(existsSync(record.seriesFile)).toBe(true)
    expect(await read({ ...record, bold: join(dir, 'gone.nii.gz') }, [2, 3])).toEqual([
      [2, 3],
      [12, 13],
      [22, 23],
    ])
    rmSync(record.seriesFile)
    expect(await run.readSeries(record.keptVoxels)).toBe(first) // from memory
  })

  it('holds a run of which no voxel was kept', async () => {
    expect(await read(makeRecord([]), [5])).toEqual([[0], [0], [0]])
  })
})
