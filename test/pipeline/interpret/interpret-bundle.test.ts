import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import { interpretBundle } from '../../../src/pipeline/interpret/interpret-bundle.ts'
import { scoreAgainstTruth } from '../../../src/pipeline/interpret/score-truth.ts'
import { train } from '../bundle/_trained.ts'
import { respondingBrain, temporaryFolder, writeDataset } from '../_dataset.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
const bundle = join(dir, 'out', 'bundle')
beforeAll(async () => {
  await writeDataset(bids, respondingBrain)
  await train(bids, join(dir, 'out'), 'select.k=140')
})
afterAll(remove)

it('explains a frozen decoder on the subjects that it knows', async () => {
  const found = await interpretBundle(bundle, bids, {}, silent)
  expect(found.heldOut).toBe(false)
  expect(found.subjects.map(({ subject }) => subject)).toEqual(['01', '02', '04', '05'])
  const { mean } = await scoreAgainstTruth(found, join(bids, 'derivatives', 'ground-truth'))
  expect(mean).toBeGreaterThanOrEqual(0.9)
})

it('says when bundle and dataset share no subject', async () => {
  await expect(interpretBundle(bundle, bids, { subjects: ['99'] }, silent)).rejects.toMatchObject({
    code: 'INTERPRET_UNSUPPORTED',
  })
})
