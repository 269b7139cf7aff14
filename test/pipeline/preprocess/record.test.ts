import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { findRecord, writeRecord } from '../../../src/pipeline/preprocess/record.ts'
import { temporaryFolder } from '../_dataset.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

const summary = {
  nVolumes: 1,
  nBrainVoxels: 1,
  meanDisplacementMm: null,
  maxDisplacementMm: null,
  medianTsnr: 1,
  nOutliers: 0,
}

describe('findRecord', () => {
  it('finds what was written, as long as every byte is the same', async () => {
    const file = join(dir, 'logs', 'a.json')
    const made = join(dir, 'made.txt')
    writeFileSync(made, 'one')
    const record = await writeRecord(file, dir, [made], { key: 'k', summary, findings: [] })
    expect(Object.keys(record.files)).toEqual(['made.txt'])
    expect(await findRecord(file, dir, 'k')).toEqual(record)
    expect(await findRecord(file, dir, 'other')).toBeUndefined()
    writeFileSync(made, 'two')
    expect(await findRecord(file, dir, 'k')).toBeUndefined()
    rmSync(made)
    expect(await findRecord(file, dir, 'k')).toBeUndefined()
  })

  it.each(['', '{', 'null', '[]', '{"key":"k"}'])('takes %j for no record', async (text) => {
    const file = join(dir, 'broken.json')
    writeFileSync(file, text)
    expect(await findRecord(file, dir, 'k')).toBeUndefined()
    expect(await findRecord(join(dir, 'nowhere.json'), dir, 'k')).toBeUndefined()
  })
})
