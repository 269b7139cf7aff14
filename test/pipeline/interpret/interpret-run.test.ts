import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import { runInProcess } from '../../../src/executors/in-process.ts'
import { interpretRun } from '../../../src/pipeline/interpret/interpret-run.ts'
import { scoreAgainstTruth } from '../../../src/pipeline/interpret/score-truth.ts'
import { runPipeline } from '../../../src/pipeline/run.ts'
import {
  createRecorder,
  hitsOf,
  respondingBrain,
  temporaryFolder,
  tinyPipeline,
  writeDataset,
} from '../_dataset.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
const run = join(dir, 'run')
const truth = join(bids, 'derivatives', 'ground-truth')
beforeAll(async () => {
  await writeDataset(bids, respondingBrain)
  const pipeline = tinyPipeline(
    'select.k=140',
    'classify.model=cnn1d',
    'classify.options.epochs=5',
    'classify.baselines=["lda","random-forest","majority"]',
  )
  await runPipeline({
    pipeline,
    bids,
    out: run,
    resume: false,
    execute: runInProcess,
    emit: silent,
  })
})
afterAll(remove)

describe('interpretRun', () => {
  it.each(['lda', 'cnn1d'])(
    'finds the true region by what %s looks at, in subjects it was not fitted on',
    async (model) => {
      const found = await interpretRun(run, { model }, silent)
      expect(found.heldOut).toBe(true)
      const { subjects, mean, group } = await scoreAgainstTruth(found, truth)
      expect(subjects).toHaveLength(5)
      expect(mean).toBeGreaterThanOrEqual(0.9)
      expect(group).toBeGreaterThanOrEqual(0.9)
    },
  )

  it('fits nothing anew, and explains the subjects that were asked for', async () => {
    const { events, emit } = createRecorder()
    const { subjects, model } = await interpretRun(run, { subjects: ['02'] }, emit)
    expect(model).toBe('cnn1d')
    expect(subjects.map(({ subject }) => subject)).toEqual(['02'])
    expect(hitsOf(events, 'classifier')).not.toContain(false)
    expect(subjects[0]!.maps[0]!.nSamples).toEqual([24, 24, 24])
  })

  it('names the subjects there are when another one is asked for', async () => {
    await expect(interpretRun(run, { subjects: ['1'] }, silent)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      details: { expected: 'labels out of 01, 02, 03, 04, 05', found: '1' },
    })
  })

  it('finds nothing to look into where a classifier is none of the run or looks at no voxel', async () => {
    for (const model of ['svm', 'majority'])
      await expect(interpretRun(run, { model }, silent)).rejects.toMatchObject({
        code: 'INTERPRET_UNSUPPORTED',
      })
  })
})
