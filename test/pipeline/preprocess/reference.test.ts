import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BidsRun } from '../../../src/io/bids/index.ts'
import { chooseReference, readReference } from '../../../src/pipeline/preprocess/reference.ts'
import { temporaryFolder } from '../_dataset.ts'
import { headSeries, nHeadVoxels, readRuns, writeHeadRuns } from './_head-runs.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)
let runs: readonly BidsRun[]

beforeAll(async () => {
  await writeHeadRuns(dir, [
    // Of volumes 1, 5, 8, 12, 15, 18, 22 only the fourth differs wildly.
    { spoil: (volume, t) => t === 12 && volume.fill(0, 0, nHeadVoxels / 2) },
    { spoil: (volume, t) => t < 2 && volume.fill(0) },
    { nVolumes: 7, spoil: (volume) => volume.fill(3) },
    { spoil: (volume, t) => t === 0 && volume.fill(NaN, 0, 10) },
  ])
  runs = await readRuns(dir)
})

describe('chooseReference', () => {
  it('takes a typical volume, never the spoilt one', async () => {
    const { index, key, bold } = await chooseReference(runs[0]!, 'typical')
    expect([1, 5, 8, 15, 18, 22]).toContain(index)
    expect({ key, bold }).toEqual({ key: runs[0]!.key, bold: runs[0]!.bold })
  })

  it('takes the first volume that shows anything', async () => {
    expect((await chooseReference(runs[1]!, 'first')).index).toBe(2)
    expect((await chooseReference(runs[0]!, 'first')).index).toBe(0)
  })

  it('says so when no volume shows anything', async () => {
    await expect(chooseReference(runs[2]!, 'typical')).rejects.toMatchObject({
      code: 'VOLUME_BLANK',
    })
  })
})

describe('readReference', () => {
  it('gives the volume, 0 where there is no number', async () => {
    const volume = await readReference({ key: 'k', bold: runs[3]!.bold, index: 0 })
    expect([...volume.subarray(0, 10)]).toEqual(new Array(10).fill(0))
    expect(volume.subarray(10)).toEqual(headSeries({ seed: 4 }).subarray(10, nHeadVoxels))
  })

  it('refuses a volume that is not there', async () => {
    await expect(readReference({ key: 'k', bold: runs[2]!.bold, index: 7 })).rejects.toMatchObject({
      code: 'VALUE_INVALID',
    })
  })
})
