/** Workers need compiled sources: these are those of `dist`. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../src/core/events.ts'
import { runInProcess } from '../../src/executors/in-process.ts'
import type { createPool as CreatePool } from '../../src/executors/pool.ts'
import type { FoldTask } from '../../src/pipeline/fold-task.ts'
import type { FoldOutcome } from '../../src/pipeline/run.ts'
import { createRecorder, hitsOf, temporaryFolder } from '../pipeline/_dataset.ts'
import { createCollector, makeTask, withoutImages, withoutRuns } from './_task.ts'

const { dir, remove } = temporaryFolder()
let task: FoldTask
let createPool: typeof CreatePool

beforeAll(async () => {
  const name = 'limbic'
  ;({ createPool } = (await import(/* @vite-ignore */ name)) as { createPool: typeof CreatePool })
  task = await makeTask(dir)
})
afterAll(remove)

const sorted = (outcomes: readonly FoldOutcome[]): FoldOutcome[] =>
  [...outcomes].sort((a, b) => (a.subject < b.subject ? -1 : 1))

describe('createPool', () => {
  it.each([1, 2, 5])('with %i workers gives what one process gives', async (jobs) => {
    const alone = createCollector()
    await runInProcess(task, ['01', '02'], silent, alone.onOutcome)
    const pooled = createCollector()
    const { events, emit } = createRecorder()
    const own = { ...task, cacheDir: join(dir, `jobs-${jobs}`) }
    await createPool(jobs)(own, ['01', '02'], emit, pooled.onOutcome)
    expect(sorted(pooled.outcomes)).toEqual(alone.outcomes)
    expect(hitsOf(events, 'fold')).toEqual([false, false])
  })

  it('gives the error of a fold with code and details, and the other folds', async () => {
    const { outcomes, onOutcome } = createCollector()
    const broken = withoutImages(task, '01', join(dir, 'broken'))
    await createPool(2)(broken, ['01', '02'], silent, onOutcome)
    expect(sorted(outcomes)).toMatchObject([
      { subject: '01', error: { code: 'FILE_NOT_FOUND', details: { file: 'gone.nii.gz' } } },
      { subject: '02', fold: { subject: '02' } },
    ])
  })

  it('gives the error of a task that workers cannot open, once per fold', async () => {
    const { outcomes, onOutcome } = createCollector()
    await createPool(1)(withoutRuns(task), ['01', '02'], silent, onOutcome)
    expect(sorted(outcomes)).toMatchObject([
      { subject: '01', error: { code: 'STRICT_NEEDS_TWO_RUNS' } },
      { subject: '02', error: { code: 'STRICT_NEEDS_TWO_RUNS' } },
    ])
  })

  it('stops when a result cannot be kept', async () => {
    const full = new Error('no space left on device')
    const keep = (): Promise<void> => Promise.reject(full)
    await expect(createPool(1)(task, ['01', '02'], silent, keep)).rejects.toBe(full)
  })
})
