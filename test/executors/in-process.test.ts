import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../src/core/events.ts'
import { runInProcess } from '../../src/executors/in-process.ts'
import type { RunPlan } from '../../src/pipeline/run-plan.ts'
import { readOutcome } from '../../src/pipeline/task-results.ts'
import { temporaryFolder } from '../pipeline/_dataset.ts'
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

beforeAll(async () => {
  plan = await makePlan(dir)
})
afterAll(remove)

describe('runInProcess', () => {
  it('runs tasks one after the other, in order, and leaves a file of each', async () => {
    const { outcomes, onOutcome } = createCollector()
    const tasks = tasksOf(plan, '02', '01')
    await runInProcess(plan, tasks, silent, onOutcome)
    expect(outcomes).toMatchObject([
      { task: { fold: '02' }, fold: { subject: '02' } },
      { task: { fold: '01' }, fold: { subject: '01' } },
    ])
    expect(readdirSync(join(plan.run, 'results')).sort()).toEqual(['sub-01.json', 'sub-02.json'])
    for (const [i, task] of tasks.entries())
      expect(await readOutcome(plan.run, task)).toEqual(outcomes[i])
  })

  it('goes on after a task that fails', async () => {
    const { outcomes, onOutcome } = createCollector()
    const broken = withoutImages(await elsewhere(plan, join(dir, 'broken')), '01')
    await runInProcess(broken, tasksOf(plan, '01', '02'), silent, onOutcome)
    expect(outcomes).toMatchObject([
      { task: { fold: '01' }, error: { code: 'FILE_NOT_FOUND' } },
      { task: { fold: '02' }, fold: { subject: '02' } },
    ])
  })

  it('refuses a run that cannot be opened at all', async () => {
    const { outcomes, onOutcome } = createCollector()
    const tasks = tasksOf(plan, '01')
    await expect(runInProcess(withoutRuns(plan), tasks, silent, onOutcome)).rejects.toMatchObject({
      code: 'STRICT_NEEDS_TWO_RUNS',
    })
    expect(outcomes).toEqual([])
  })

  it('stops when a result cannot be kept: that is no failure of the task', async () => {
    const { outcomes, onOutcome } = createCollector()
    const full = await elsewhere(plan, join(dir, 'full'))
    rmSync(join(full.run, 'results'), { recursive: true })
    await expect(
      runInProcess(full, tasksOf(plan, '01', '02'), silent, onOutcome),
    ).rejects.toMatchObject({ code: 'ENOENT' })
    expect(outcomes).toEqual([])
  })
})
