import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import { runInProcess } from '../../../src/executors/in-process.ts'
import { openSubjectStream, streamSubject } from '../../../src/pipeline/bundle/stream-subject.ts'
import { runPipeline } from '../../../src/pipeline/run.ts'
import { temporaryFolder, tinyPipeline, writeDataset } from '../_dataset.ts'
import { train } from './_trained.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
const open = (trained: string, subject: string) =>
  openSubjectStream(join(trained, 'bundle'), bids, subject, join(dir, 'new'), silent)

beforeAll(async () => {
  await writeDataset(bids, { runs: 2 })
  await train(bids, dir)
})
afterAll(remove)

describe('streamSubject', () => {
  it('reaches the accuracy of the fold that holds the subject out', async () => {
    const streamed = await streamSubject(await open(dir, '03'))
    const { folds } = await runPipeline({
      pipeline: tinyPipeline(),
      bids,
      out: join(dir, 'run'),
      resume: false,
      execute: runInProcess,
      emit: silent,
    })
    expect(streamed.nVolumes).toBe(2 * 81)
    expect(streamed.accuracy).toBeCloseTo(folds[2]!.accuracy, 12)
    expect(streamed.latencyMs.p50).toBeGreaterThan(0)
    expect(streamed.latencyMs.p95).toBeGreaterThanOrEqual(streamed.latencyMs.p50)
  })

  it.each([
    ['srm', 'align.method=srm'],
    ['det-srm', 'align.method=det-srm'],
    ['ridge', 'align.newSubject={ kind: ridge, lambda: 0.1 }'],
  ])('does so with %s too', async (name, setting) => {
    const out = join(dir, name)
    await train(bids, out, setting)
    const streamed = await streamSubject(await open(out, '03'))
    const { folds } = await runPipeline({
      pipeline: tinyPipeline(setting),
      bids,
      out: join(out, 'run'),
      resume: false,
      execute: runInProcess,
      emit: silent,
    })
    expect(streamed.accuracy).toBeCloseTo(folds[2]!.accuracy, 12)
    expect(streamed.accuracy).toBeGreaterThan(0.45)
  })

  it('names a subject that the dataset does not hold', async () => {
    await expect(open(dir, '07')).rejects.toMatchObject({
      message: expect.stringContaining('07') as string,
    })
  })
})
