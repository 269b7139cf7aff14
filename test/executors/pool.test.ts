/** Workers need compiled sources: these are those of `dist`. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../src/core/events.ts'
import { runInProcess } from '../../src/executors/in-process.ts'
import type { createPool as CreatePool } from '../../src/executors/pool.ts'
import type { RunPlan } from '../../src/pipeline/run-plan.ts'
import type { TaskOutcome } from '../../src/pipeline/task-results.ts'
import { createRecorder, hitsOf, temporaryFolder } from '../pipeline/_dataset.ts'
import {
  createCollector,
  elsewhere,
  makePlan,
  tasksOf,
  withoutImages,
  withoutRuns,
} from './_task.ts'

const { dir, remove } = temporaryFolder()
let plan: RunPlan
let createPool: typeof CreatePool

beforeAll(async () => {
  const name = 'limbic'
  ;({ createPool } = (await import(/* @vite-ignore */ name)) as { createPool: typeof CreatePool })
  plan = await makePlan(dir, 4)
})
afterAll(remove)

const sorted = (outcomes: readonly TaskOutcome[]): TaskOutcome[] =>
  [...outcomes].sort((a, b) => (a.task.id < b.task.id ? -1 : 1))

describe('createPool', () => {
  it('gives what one process gives, with true and with permuted labels', async () => {
    const tasks = tasksOf(plan, '01', '02')
    const alone = createCollector()
    await runInProcess(plan, tasks, silent, alone.onOutcome)
    for (const jobs of [2, 5]) {
      const pooled = createCollector()
      const { events, emit } = createRecorder()
      const own = await elsewhere(plan, join(dir, `jobs-${jobs}`))
      await createPool(jobs)(own, tasks, emit, pooled.onOutcome)
      expect(sorted(pooled.outcomes)).toEqual(sorted(alone.outcomes))
      expect(hitsOf(events, 'classifier').length).toBeGreaterThan(0)
    }
  })

  it('gives the error of a task with code and details, and the other tasks', async () => {
    const { outcomes, onOutcome } = createCollector()
    const broken = withoutImages(await elsewhere(plan, join(dir, 'broken')), '01')
    const tasks = tasksOf(plan, '01', '02').filter(({ permutation }) => permutation === 0)
    await createPool(2)(broken, tasks, silent, onOutcome)
    expect(sorted(outcomes)).toMatchObject([
      { task: { fold: '01' }, error: { code: 'FILE_NOT_FOUND' } },
      { fold: { subject: '02' } },
    ])
  })

  it('gives the error of a run that workers cannot open, once per task', async () => {
    const { outcomes, onOutcome } = createCollector()
    const unopened = withoutRuns(await elsewhere(plan, join(dir, 'unopened')))
    const tasks = tasksOf(plan, '01', '02').filter(({ permutation }) => permutation === 0)
    await createPool(1)(unopened, tasks, silent, onOutcome)
    expect(sorted(outcomes)).toMatchObject([
      { task: { fold: '01' }, error: { code: 'STRICT_NEEDS_TWO_RUNS' } },
      { task: { fold: '02' }, error: { code: 'STRICT_NEEDS_TWO_RUNS' } },
    ])
  })

  it('stops when a result cannot be kept', async () => {
    const { outcomes, onOutcome } = createCollector()
    const full = await elsewhere(plan, join(dir, 'full'))
    rmSync(join(full.run, 'results'), { recursive: true })
    const [task] = tasksOf(plan, '01')
    await expect(createPool(1)(full, [task!], silent, onOutcome)).rejects.toMatchObject({
      code: 'ENOENT',
    })
    expect(outcomes).toEqual([])
  })
})
