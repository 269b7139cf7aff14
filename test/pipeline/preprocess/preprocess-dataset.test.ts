import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { preprocessInProcess } from '../../../src/executors/preprocess-pool.ts'
import { defaultPreprocessOptions } from '../../../src/pipeline/preprocess/options.ts'
import {
  preprocessDataset,
  type PreprocessDatasetOptions,
} from '../../../src/pipeline/preprocess/preprocess-dataset.ts'
import { createRecorder, temporaryFolder } from '../_dataset.ts'
import { headGrid, writeHeadRuns } from './_head-runs.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)
const bids = join(dir, 'bids')
const { events, emit } = createRecorder()
const options: PreprocessDatasetOptions = {
  bids,
  out: join(dir, 'out'),
  settings: { ...defaultPreprocessOptions, sliceTiming: 'none' },
  execute: preprocessInProcess,
  emit,
}

beforeAll(() =>
  writeHeadRuns(bids, [
    { nVolumes: 12 },
    { nVolumes: 12, grid: { ...headGrid, shape: [18, 24, 16] } },
    { nVolumes: 12, spoil: (volume) => volume.fill(7) },
  ]),
)

describe('preprocessDataset', () => {
  it('does the runs that can be done, and names the others', async () => {
    const { runs, findings } = await preprocessDataset(options)
    expect(runs.map(({ run }) => run.id.run)).toEqual(['1'])
    const errors = findings.filter(({ severity }) => severity === 'error')
    expect(errors.map(({ code }) => code)).toEqual(['GRID_MISMATCH', 'PREPROCESS_FAILED'])
    expect(errors[0]!.message).toContain('run-2')
    expect(errors[0]!.message).toContain('18 x 24 x 16')
    expect(errors[1]!.message).toContain('run-3')
    expect(errors[1]!.message).toContain('VOLUME_BLANK')
    const description = readFileSync(join(options.out, 'dataset_description.json'), 'utf8')
    expect(JSON.parse(description)).toMatchObject({ DatasetType: 'derivative' })
    const shown = events.filter((event) => event.type === 'finding')
    expect(shown).toHaveLength(findings.length)
  })

  it('says so when there is nothing to do', async () => {
    await expect(preprocessDataset({ ...options, tasks: ['other'] })).rejects.toMatchObject({
      code: 'DATASET_UNUSABLE',
    })
  })
})
