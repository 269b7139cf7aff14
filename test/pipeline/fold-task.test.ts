import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../src/core/events.ts'
import { foldSchema, type Fold } from '../../src/core/schemas/report.ts'
import { recordDataset, type DatasetRecord } from '../../src/pipeline/dataset.ts'
import { createFoldRunner, openOnce, type FoldTask } from '../../src/pipeline/fold-task.ts'
import {
  createRecorder,
  hitsOf,
  listFiles,
  temporaryFolder,
  tinyPipeline,
  writeDataset,
} from './_dataset.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
const cacheDir = join(dir, 'cache')
let dataset: DatasetRecord

beforeAll(async () => {
  await writeDataset(bids)
  dataset = await recordDataset(bids, tinyPipeline(), cacheDir, silent)
})
afterAll(remove)

/** The fold of a subject with the true labels. */
async function foldOf(task: FoldTask, subject: string, emit = silent): Promise<Fold> {
  const value = await createFoldRunner(task)({ fold: subject, permutation: 0 }, emit)
  return 'fold' in value ? value.fold : expect.fail('scores of true labels')
}

describe('createFoldRunner', () => {
  it('runs the fold of a subject on the other ones', async () => {
    const fold = await foldOf({ pipeline: tinyPipeline(), dataset, cacheDir }, '02')
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

  it('remembers the stages of true labels on disk, even under another name', async () => {
    const { events, emit } = createRecorder()
    const own = join(dir, 'own')
    const once = (...settings: string[]): Promise<Fold> =>
      foldOf({ pipeline: tinyPipeline(...settings), dataset, cacheDir: own }, '01', emit)
    const first = await once()
    expect(await once('name=other', 'description=the same')).toEqual(first)
    await once('select.k=41')
    expect(hitsOf(events, 'population')).toEqual([false, true, false])
  })

  it('does not depend on which folds ran before', async () => {
    const task = { pipeline: tinyPipeline(), dataset }
    const run = createFoldRunner({ ...task, cacheDir: join(dir, 'one') })
    await run({ fold: '01', permutation: 0 }, silent)
    await run({ fold: '03', permutation: 1 }, silent)
    const after = await run({ fold: '03', permutation: 0 }, silent)
    expect({ fold: await foldOf({ ...task, cacheDir: join(dir, 'two') }, '03') }).toEqual(after)
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
    const fold = await foldOf({ pipeline, dataset: own, cacheDir }, '01')
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

describe('permuted labels', () => {
  const run = createFoldRunner
  const scoresOf = async (
    permutation: number,
    fold: string,
    task: Partial<FoldTask> = {},
  ): Promise<unknown> =>
    run({ pipeline: tinyPipeline(), dataset, cacheDir, ...task })({ fold, permutation }, silent)

  it('give scores per model, the same ones in every process and in any order', async () => {
    const one = run({ pipeline: tinyPipeline(), dataset, cacheDir })
    const third = await one({ fold: '02', permutation: 3 }, silent)
    expect(Object.keys((third as { scores: object }).scores)).toEqual(['lda'])
    const first = await one({ fold: '02', permutation: 1 }, silent)
    expect(first).not.toEqual(third)
    expect(await scoresOf(3, '02')).toEqual(third)
    expect(await scoresOf(1, '02')).toEqual(first)
    expect(await scoresOf(3, '02', { pipeline: tinyPipeline('seed=5') })).not.toEqual(third)
  })

  it('leave nothing on disk but the series, whatever their number', async () => {
    const own = join(dir, 'permuted-cache')
    for (const permutation of [1, 2]) await scoresOf(permutation, '01', { cacheDir: own })
    expect(listFiles(own)).toEqual([])
  })

  it('are decoded at chance where the true ones are not', async () => {
    const pipeline = tinyPipeline()
    const runner = run({ pipeline, dataset, cacheDir })
    const scores: number[] = []
    for (let permutation = 1; permutation <= 12; permutation++) {
      const value = await runner({ fold: '02', permutation }, silent)
      scores.push((value as { scores: { lda: number } }).scores.lda)
    }
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
    expect(mean).toBeGreaterThan(0.2)
    expect(mean).toBeLessThan(0.47)
    const { models } = await foldOf({ pipeline, dataset, cacheDir }, '02')
    expect(models.lda!.calibrated.balancedAccuracy).toBeGreaterThan(Math.max(...scores))
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
