import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Emit } from '../../src/core/events.ts'
import { silent } from '../../src/core/events.ts'
import { LimbicError } from '../../src/core/errors/index.ts'
import type { Pipeline } from '../../src/core/schemas/pipeline.ts'
import { foldSchema, reportSchema, type Report } from '../../src/core/schemas/report.ts'
import { runInProcess } from '../../src/executors/in-process.ts'
import { limbicVersion } from '../../src/pipeline/provenance.ts'
import { runPipeline, type RunOptions } from '../../src/pipeline/run.ts'
import { writeOutcome } from '../../src/pipeline/task-results.ts'
import type { TaskExecutor } from '../../src/pipeline/task-runner.ts'
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
const finished = join(dir, 'finished')

const run = (
  out: string,
  pipeline: Pipeline = tinyPipeline(),
  options: Partial<RunOptions> = {},
): Promise<Report> =>
  runPipeline({
    pipeline,
    bids,
    out,
    resume: false,
    execute: runInProcess,
    emit: silent,
    ...options,
  })

beforeAll(async () => {
  await writeDataset(bids)
  await run(finished)
})
afterAll(remove)

/** A folder in which the run has already been. */
let nCopies = 0
function copyOfRun(): string {
  const out = join(dir, `run-${++nCopies}`)
  cpSync(finished, out, { recursive: true })
  return out
}

const readText = (out: string, name: string): string => readFileSync(join(out, name), 'utf8')
const results = (out: string): string[] =>
  listFiles(out).filter((name) => !name.startsWith('cache/'))

/** Folds of the named subjects fail; the others are run. */
const failing =
  (error: Error, ...subjects: readonly string[]): TaskExecutor =>
  async (plan, tasks, emit, onOutcome) => {
    for (const task of tasks.filter(({ fold }) => subjects.includes(fold))) {
      await writeOutcome(plan.run, { task, error })
      await onOutcome({ task, error })
    }
    const others = tasks.filter(({ fold }) => !subjects.includes(fold))
    await runInProcess(plan, others, emit, onOutcome)
  }

describe('a run', () => {
  it('writes report, folds, settings and a description, and nothing half-written', () => {
    expect(results(finished)).toEqual([
      'dataset_description.json',
      'folds/01.json',
      'folds/02.json',
      'folds/03.json',
      'manifest.ndjson',
      'maps/mean.nii.gz',
      'maps/selection.json',
      'maps/selection.nii.gz',
      'pipeline.resolved.yaml',
      'plan.state',
      'report.html',
      'report.json',
      'results/sub-01.json',
      'results/sub-02.json',
      'results/sub-03.json',
      'run.json',
    ])
    expect(listFiles(finished).filter((name) => name.endsWith('.part'))).toEqual([])
    expect(parse(readText(finished, 'pipeline.resolved.yaml'))).toEqual(tinyPipeline())
    for (const subject of ['01', '02', '03'])
      expect(
        foldSchema.parse(JSON.parse(readText(finished, `folds/${subject}.json`))).subject,
      ).toBe(subject)
    expect(JSON.parse(readText(finished, 'dataset_description.json'))).toMatchObject({
      DatasetType: 'derivative',
      GeneratedBy: [{ Name: 'limbic', Version: limbicVersion() }],
    })
  })

  it('returns the report that it writes', async () => {
    const report = await run(finished)
    expect(report).toEqual(reportSchema.parse(JSON.parse(readText(finished, 'report.json'))))
    expect(report).toMatchObject({
      name: 'tiny',
      model: 'lda',
      classes: ['negative', 'neutral', 'rest'],
      failedFolds: [],
      leaks: [],
      provenance: { version: limbicVersion(), engine: 'none (linear models)', seed: 0 },
      data: { subjects: ['01', '02', '03'], nRuns: 6, nVolumes: 3 * (60 + 81) },
    })
    expect(report.folds.map(({ subject }) => subject)).toEqual(['01', '02', '03'])
    expect(report.oracle!.accuracy).toBeGreaterThan(0.5)
    expect(report.summary!.accuracy.mean).toBeCloseTo(
      report.folds.reduce((sum, fold) => sum + fold.accuracy / 3, 0),
      12,
    )
  })

  it('does nothing again the second time, and gives the same bytes', async () => {
    const out = copyOfRun()
    const { events, emit } = createRecorder()
    await run(out, tinyPipeline(), { emit })
    expect(hitsOf(events, 'fold')).toEqual([true, true, true])
    expect(events.some((event) => event.type === 'cache' && !event.hit)).toBe(false)
    // The plan names the folder.
    for (const name of results(finished).filter((file) => file !== 'plan.state'))
      expect(readText(out, name), name).toBe(readText(finished, name))
  })

  it('computes a result again that was cut short or belongs to other inputs', async () => {
    const out = copyOfRun()
    const [one, two] = ['01', '02'].map((subject) => join(out, 'results', `sub-${subject}.json`))
    writeFileSync(one!, readFileSync(one!, 'utf8').slice(0, -40))
    writeFileSync(two!, readFileSync(two!, 'utf8').replace('"nTest":', '"nTest":1'))
    const { events, emit } = createRecorder()
    await run(out, tinyPipeline(), { emit })
    expect(hitsOf(events, 'fold')).toEqual([false, false, true])
    expect(readText(out, 'report.json')).toBe(readText(finished, 'report.json'))
  })

  it('gives the same bytes in another folder, with the folds in another order', async () => {
    const out = join(dir, 'elsewhere')
    const backwards: TaskExecutor = (plan, tasks, emit, onOutcome) =>
      runInProcess(plan, [...tasks].reverse(), emit, onOutcome)
    await run(out, tinyPipeline(), { execute: backwards })
    expect(readText(out, 'report.json')).toBe(readText(finished, 'report.json'))
    expect(readText(out, 'report.html')).toBe(readText(finished, 'report.html'))
  })

  it('tells of every fold as it ends', async () => {
    const { events, emit } = createRecorder()
    await run(copyOfRun(), tinyPipeline(), { emit })
    const folds = events.filter((event) => 'stage' in event && event.stage === 'folds')
    expect(folds).toMatchObject([
      { type: 'start', total: 3, unit: 'subjects' },
      {
        type: 'progress',
        done: 1,
        detail: expect.stringMatching(/^sub-01 [01]\.\d{3}$/) as string,
      },
      { type: 'progress', done: 2 },
      { type: 'progress', done: 3 },
      { type: 'done' },
    ])
  })
})

describe('a failing fold', () => {
  const error = new LimbicError('SELECT_K_TOO_LARGE', { k: 9, nVoxels: 4 })

  it('is named in the report, which is written all the same', async () => {
    const out = join(dir, 'one-fails')
    const notes: string[] = []
    const emit: Emit = (event) => {
      if (event.type === 'note') notes.push(event.message)
    }
    const report = await run(out, tinyPipeline(), { execute: failing(error, '02'), emit })
    expect(report.failedFolds).toEqual([
      { subject: '02', code: 'SELECT_K_TOO_LARGE', message: error.message },
    ])
    expect(report.folds.map(({ subject }) => subject)).toEqual(['01', '03'])
    expect(reportSchema.parse(JSON.parse(readText(out, 'report.json')))).toEqual(report)
    expect(readText(out, 'report.html')).toContain('SELECT_K_TOO_LARGE')
    expect(results(out).filter((name) => name.startsWith('folds/'))).toEqual([
      'folds/01.json',
      'folds/03.json',
    ])
    expect(notes).toEqual([`sub-02 failed. SELECT_K_TOO_LARGE: ${error.message}`])
  })

  it('is redone by the next run', async () => {
    const out = join(dir, 'one-fails')
    await run(out)
    expect(readText(out, 'report.json')).toBe(readText(finished, 'report.json'))
  })

  it('of no known code is called internal', async () => {
    const bug = new TypeError('x is not a function')
    const report = await run(join(dir, 'bug'), tinyPipeline(), { execute: failing(bug, '01') })
    expect(report.failedFolds).toEqual([{ subject: '01', code: 'INTERNAL', message: bug.message }])
  })

  it('is thrown when every fold fails, after the report is written', async () => {
    const out = join(dir, 'all-fail')
    const execute = failing(error, '01', '02', '03')
    await expect(run(out, tinyPipeline(), { execute })).rejects.toMatchObject({
      code: error.code,
      details: error.details,
    })
    const report = reportSchema.parse(JSON.parse(readText(out, 'report.json')))
    expect(report.failedFolds).toHaveLength(3)
    expect(report.summary).toBeNull()
  })
})

describe('a folder that holds another run', () => {
  const other = tinyPipeline(
    'select.k=30',
    'data.exclude=["03"]',
    'data.subjects=["01", "02", "03"]',
  )
  const loso = tinyPipeline('select.k=30')

  it('is refused before anything in it is changed', async () => {
    const out = copyOfRun()
    await expect(run(out, loso)).rejects.toMatchObject({
      code: 'RUN_DIRECTORY_TAKEN',
      details: { dir: out },
    })
    for (const name of results(finished))
      expect(readText(out, name), name).toBe(readText(finished, name))
  })

  it('is taken over when told to resume: stages that fit are kept, results replaced', async () => {
    const out = copyOfRun()
    const { events, emit } = createRecorder()
    const report = await run(out, loso, { resume: true, emit })
    expect(report.folds.map((fold) => fold.nSelectedVoxels)).toEqual([30, 30, 30])
    expect(hitsOf(events, 'mask').every(Boolean)).toBe(true)
    expect(hitsOf(events, 'anova').every(Boolean)).toBe(true)
    expect(hitsOf(events, 'fold')).toEqual([false, false, false])
    expect(parse(readText(out, 'pipeline.resolved.yaml'))).toEqual(loso)
  })

  it('keeps no result of the run before, not even when the new one stops half-way', async () => {
    const out = copyOfRun()
    const stop = new Error('stopped')
    const execute: TaskExecutor = () => Promise.reject(stop)
    await expect(run(out, other, { resume: true, execute })).rejects.toBe(stop)
    expect(results(out)).toEqual([
      'dataset_description.json',
      'manifest.ndjson',
      'pipeline.resolved.yaml',
      'plan.state',
      'run.json',
    ])
  })

  it('is the same run under another name', async () => {
    const report = await run(copyOfRun(), tinyPipeline('name=renamed'))
    expect(report.name).toBe('renamed')
  })
})

describe('permutations', () => {
  const permuted = (n: number): Pipeline => tinyPipeline(`evaluate.permutations=${n}`)
  const out = join(dir, 'permuted')

  it('are added to a finished run, of which nothing else is done again', async () => {
    const { events, emit } = createRecorder()
    cpSync(finished, out, { recursive: true })
    const { permutation, ...report } = await run(out, permuted(3), { emit })
    expect(hitsOf(events, 'fold')).toEqual([true, true, true])
    expect(hitsOf(events, 'permutation')).toEqual(Array<boolean>(9).fill(false))
    const { n, models } = permutation!
    expect(n).toBe(3)
    expect(models.lda!.null).toHaveLength(3)
    expect(models.lda!.observed).toBeCloseTo(report.summary!.balancedAccuracy.mean, 12)
    expect(models.lda!.p).toBe(1 / 4)
    expect(reportSchema.parse(JSON.parse(readText(out, 'report.json'))).permutation).toEqual(
      permutation,
    )
  })

  it('are as many as asked for, whatever lies in the folder', async () => {
    const { events, emit } = createRecorder()
    const { permutation } = await run(out, permuted(2), { emit })
    expect(permutation!.n).toBe(2)
    expect(hitsOf(events, 'permutation')).toEqual(Array<boolean>(6).fill(true))
    expect((await run(out, permuted(0))).permutation).toBeNull()
    expect(readText(out, 'report.json')).toBe(readText(finished, 'report.json'))
  })

  it('say about how long they will take, once the true labels have ended', async () => {
    const notes: string[] = []
    const emit: Emit = (event) => {
      if (event.type === 'note') notes.push(event.message)
    }
    const fresh = join(dir, 'fresh')
    await run(fresh, permuted(2), { emit })
    expect(notes).toEqual([
      expect.stringMatching(
        /^6 folds with permuted labels \(2 permutations\) are to come, .* about \d+ s /,
      ),
    ])
    expect(readText(fresh, 'report.json')).toBe(
      `${JSON.stringify(await run(out, permuted(2)), null, 2)}\n`,
    )
  })

  it('that lack a fold are not counted, and the report says so', async () => {
    const error = new LimbicError('SELECT_K_TOO_LARGE', { k: 9, nVoxels: 4 })
    const execute: TaskExecutor = async (plan, tasks, emit, onOutcome) => {
      const failed = tasks.filter(({ id }) => id === 'perm-00002_sub-02')
      for (const task of failed) await writeOutcome(plan.run, { task, error })
      await runInProcess(
        plan,
        tasks.filter((task) => !failed.includes(task)),
        emit,
        onOutcome,
      )
    }
    const report = await run(join(dir, 'one-permutation-fails'), permuted(3), { execute })
    expect(report.failedFolds).toEqual([])
    expect(report.permutation!.n).toBe(2)
    expect(report.warnings.filter((warning) => /p-values rest on 2 of 3/.test(warning))).toEqual([
      expect.stringContaining(error.message.split('\n')[0]!),
    ])
  })
})

describe('a dataset that cannot be opened', () => {
  it('is refused once, before the first fold', async () => {
    const out = join(dir, 'unsplit')
    const execute: TaskExecutor = () => Promise.reject(new Error('not reached'))
    await expect(run(out, tinyPipeline('data.tasks=[emotion]'), { execute })).rejects.toMatchObject(
      {
        code: 'STRICT_NEEDS_TWO_RUNS',
      },
    )
    expect(results(out)).toEqual([])
  })
})
