import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { silent } from '../../src/core/events.ts'
import { reportSchema } from '../../src/core/schemas/report.ts'
import type { Task } from '../../src/core/schemas/task.ts'
import { runInProcess } from '../../src/executors/in-process.ts'
import { LimbicError } from '../../src/core/errors/index.ts'
import { collectRun } from '../../src/pipeline/collect-run.ts'
import { writeOutcome } from '../../src/pipeline/task-results.ts'
import type { RunPlan } from '../../src/pipeline/run-plan.ts'
import { makePlan, tasksOf } from '../executors/_task.ts'
import { temporaryFolder } from './_dataset.ts'

const { dir, remove } = temporaryFolder()
let plan: RunPlan
let tasks: readonly Task[]

beforeAll(async () => {
  plan = await makePlan(dir, 2)
  tasks = tasksOf(plan, '01', '02')
})
afterAll(remove)

const compute = (...ids: readonly string[]): Promise<void> =>
  runInProcess(
    plan,
    tasks.filter(({ id }) => ids.includes(id)),
    silent,
    () => Promise.resolve(),
  )

it('says of a run in which nothing has ended that everything is missing', async () => {
  const { report, missing, errors } = await collectRun(plan, tasks)
  expect(missing).toEqual(tasks)
  expect(report.failedFolds.map(({ subject, code }) => [subject, code])).toEqual([
    ['01', 'TASK_MISSING'],
    ['02', 'TASK_MISSING'],
  ])
  expect(report).toMatchObject({ folds: [], summary: null, permutation: null })
  expect(errors).toHaveLength(2)
  expect(existsSync(join(plan.run, 'report.html'))).toBe(true)
})

it('takes a task that was paused for missing', async () => {
  await writeOutcome(plan.run, {
    task: tasks[0]!,
    error: new LimbicError('RUN_PAUSED', { at: 'sub-01' }),
  })
  const { report, missing } = await collectRun(plan, tasks)
  expect(missing).toEqual(tasks)
  expect(report.failedFolds[0]!.code).toBe('TASK_MISSING')
})

it('gathers what there is, and names what is missing', async () => {
  await compute('sub-02', 'perm-00001_sub-02', 'perm-00002_sub-01')
  const { report, missing } = await collectRun(plan, tasks)
  expect(missing.map(({ id }) => id)).toEqual(['sub-01', 'perm-00001_sub-01', 'perm-00002_sub-02'])
  expect(report.folds.map(({ subject }) => subject)).toEqual(['02'])
  expect(report.failedFolds.map(({ code }) => code)).toEqual(['TASK_MISSING'])
  expect(report.permutation!.n).toBe(1)
  expect(report.warnings).toContainEqual(expect.stringContaining('p-values rest on 1 of 2'))
  expect(existsSync(join(plan.run, 'folds', '02.json'))).toBe(true)
  expect(existsSync(join(plan.run, 'folds', '01.json'))).toBe(false)
})

it('is whole when everything is there, and changes nothing when asked again', async () => {
  await compute('sub-01', 'perm-00001_sub-01', 'perm-00002_sub-02')
  const { report, missing, errors } = await collectRun(plan, tasks)
  expect({ missing, errors }).toEqual({ missing: [], errors: [] })
  expect(report).toMatchObject({ failedFolds: [], permutation: { n: 2 } })
  const text = readFileSync(join(plan.run, 'report.json'), 'utf8')
  expect(reportSchema.parse(JSON.parse(text))).toEqual(report)
  await collectRun(plan, tasks)
  expect(readFileSync(join(plan.run, 'report.json'), 'utf8')).toBe(text)
})
