import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../src/core/events.ts'
import { foldSchema } from '../../src/core/schemas/report.ts'
import { recordDataset, type DatasetRecord } from '../../src/pipeline/dataset.ts'
import { createFoldRunner, openOnce, settingsOf } from '../../src/pipeline/fold-task.ts'
import { createRecorder, hitsOf, temporaryFolder, tinyPipeline, writeDataset } from './_dataset.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
const cacheDir = join(dir, 'cache')
let dataset: DatasetRecord

beforeAll(async () => {
  await writeDataset(bids)
  dataset = await recordDataset(bids, tinyPipeline(), cacheDir, silent)
})
afterAll(remove)

describe('createFoldRunner', () => {
  it('runs the fold of a subject on the other ones', async () => {
    const fold = await createFoldRunner({ pipeline: tinyPipeline(), dataset, cacheDir })(
      '02',
      silent,
    )
    expect(foldSchema.parse(fold)).toEqual(fold)
    expect(fold).toMatchObject({
      subject: '02',
      trainingSubjects: ['01', '03'],
      calibrationRuns: ['sub-02/task-calibration/run-1'],
      evaluationRuns: ['sub-02/task-emotion/run-1'],
      calibrationMinutes: 2,
      nSelectedVoxels: 40,
      nComponents: 8,
      leaks: [],
    })
    expect(fold.models.lda!.calibrated.nTest).toBeGreaterThan(40)
  })

  it('remembers folds: another runner, even under another name, gives the same one', async () => {
    const { events, emit } = createRecorder()
    const own = join(dir, 'own')
    const once = async (...settings: string[]): Promise<unknown> =>
      createFoldRunner({ pipeline: tinyPipeline(...settings), dataset, cacheDir: own })('01', emit)
    const first = await once()
    expect(await once('name=other', 'description=the same')).toEqual(first)
    await once('seed=5')
    expect(hitsOf(events, 'fold')).toEqual([false, true, false])
  })

  it('does not depend on which folds ran before', async () => {
    const task = { pipeline: tinyPipeline(), dataset }
    const one = createFoldRunner({ ...task, cacheDir: join(dir, 'one') })
    await one('01', silent)
    const after = await one('03', silent)
    const alone = await createFoldRunner({ ...task, cacheDir: join(dir, 'two') })('03', silent)
    expect(alone).toEqual(after)
  })

  it('stays within the subject when runs are left out', async () => {
    const pipeline = tinyPipeline(
      'evaluate.split=leave-one-run-out',
      'data.calibration={ kind: rotate }',
      'align.method=none',
      'select.mode=per-subject',
    )
    const runs = join(dir, 'runs')
    await writeDataset(runs, { subjects: 1, runs: 2 })
    const own = await recordDataset(
      runs,
      { ...pipeline, data: { ...pipeline.data, tasks: ['emotion'] } },
      cacheDir,
      silent,
    )
    const fold = await createFoldRunner({ pipeline, dataset: own, cacheDir })('01', silent)
    expect(fold.evaluationRuns).toEqual(['sub-01/task-emotion/run-1', 'sub-01/task-emotion/run-2'])
    expect(fold.leaks).toEqual([])
  })

  it('refuses at once a dataset whose subjects cannot be opened', async () => {
    const emotionOnly = tinyPipeline('data.tasks=[emotion]')
    const unsplit = await recordDataset(bids, emotionOnly, cacheDir, silent)
    expect(() => createFoldRunner({ pipeline: emotionOnly, dataset: unsplit, cacheDir })).toThrow(
      expect.objectContaining({ code: 'STRICT_NEEDS_TWO_RUNS' }),
    )
  })
})

describe('settingsOf', () => {
  it('leaves out what results do not depend on', () => {
    const text = (...settings: string[]): string =>
      JSON.stringify(settingsOf(tinyPipeline(...settings)))
    expect(text('name=x', 'description=y')).toBe(text())
    for (const setting of ['seed=1', 'engine=cpu', 'select.k=3', 'clean.mask=all'])
      expect(text(setting)).not.toBe(text())
  })
})

describe('openOnce', () => {
  it('opens an engine when first asked, and then gives the same one', async () => {
    const open = openOnce('cpu')
    const engine = await open()
    expect(engine.name).toBe('cpu')
    expect(await open()).toBe(engine)
  })
})
