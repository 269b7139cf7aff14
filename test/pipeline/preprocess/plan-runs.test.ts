import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BidsRun } from '../../../src/io/bids/index.ts'
import { planRuns } from '../../../src/pipeline/preprocess/plan-runs.ts'
import { temporaryFolder } from '../_dataset.ts'
import { headGrid, readRuns, writeHeadRuns } from './_head-runs.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)
let runs: readonly BidsRun[]

beforeAll(async () => {
  const elsewhere = { ...headGrid, affine: headGrid.affine.map((x, i) => (i === 3 ? x + 5 : x)) }
  await writeHeadRuns(dir, [{ nVolumes: 7 }, { nVolumes: 7 }, { nVolumes: 7, grid: elsewhere }])
  await writeHeadRuns(dir, [{ nVolumes: 7 }], 'film')
  runs = await readRuns(dir)
})

const keys = async (rules: Parameters<typeof planRuns>[1]): Promise<string[]> =>
  (await planRuns(runs, rules)).map(({ run, reference }) =>
    [run.key, reference.key].map((key) => key.replace('sub-01/task-', '')).join(' <- '),
  )

describe('planRuns', () => {
  it('gives the runs of one grid the first of them', async () => {
    expect(await keys({ rule: 'typical' })).toEqual([
      'film/run-1 <- film/run-1',
      'rest/run-1 <- film/run-1',
      'rest/run-2 <- film/run-1',
      'rest/run-3 <- rest/run-3',
    ])
  })

  it('prefers what it is told to, and takes the first volume where there is none of it', async () => {
    const prefer = ({ key }: BidsRun): boolean => key.endsWith('rest/run-2')
    expect((await keys({ rule: 'typical', prefer })).slice(0, 3)).toEqual([
      'film/run-1 <- rest/run-2',
      'rest/run-1 <- rest/run-2',
      'rest/run-2 <- rest/run-2',
    ])
    const [, , , alone] = await planRuns(runs, { rule: 'typical', prefer })
    expect(alone!.reference).toMatchObject({ bold: runs[3]!.bold, index: 0 })
  })
})
