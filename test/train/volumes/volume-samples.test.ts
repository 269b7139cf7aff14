import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeFileAtomic } from '../../../src/io/artifacts.ts'
import { writeNifti } from '../../../src/io/nifti/index.ts'
import { formatNpy } from '../../../src/io/npy.ts'
import { openSeriesRun, volumeLabels } from '../../../src/train/volumes/volume-samples.ts'
import { makeRuns } from './_volumes.ts'

const grid = { shape: [2, 2, 1] as const, voxels: Int32Array.of(1, 3) }
const labels = Int32Array.of(1, -1, 0)
const key = 'sub-01/task-a/run-1'
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'limbic-volumes-'))
  const data = Int16Array.from({ length: 12 }, (_, i) => i)
  await writeNifti(join(dir, 'bold.nii.gz'), {
    data,
    shape: [2, 2, 1, 3],
    affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    trSeconds: 2,
  })
  await writeFileAtomic(
    join(dir, 'bold.npy'),
    formatNpy(Float64Array.of(1, 3, 5, 7, 9, 11), [3, 2]),
  )
})
afterAll(() => rm(dir, { recursive: true }))

describe('openSeriesRun', () => {
  it('reads the labelled volumes of a NIfTI series and of a .npy matrix', async () => {
    for (const name of ['bold.nii.gz', 'bold.npy']) {
      const run = openSeriesRun({ file: join(dir, name), key, labels }, grid)
      expect([...run.labels]).toEqual([1, 0])
      const { data, nRows, nCols } = await run.read()
      expect([nRows, nCols, ...data]).toEqual([2, 2, 1, 3, 9, 11])
    }
  })

  it('refuses a file with other volumes than its labels', async () => {
    const run = openSeriesRun(
      { file: join(dir, 'bold.npy'), key, labels: Int32Array.of(1, 0) },
      grid,
    )
    await expect(run.read()).rejects.toThrow(/2 volumes of 2 voxels; found 3 volumes of 2 voxels/)
  })
})

describe('volumeLabels', () => {
  it('lays the labels of all runs behind each other', () => {
    expect([...volumeLabels(makeRuns([3, 2]).samples)]).toEqual([0, 1, 0, 1, 0])
    expect([...volumeLabels({ runs: [] })]).toEqual([])
  })
})
