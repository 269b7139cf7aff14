import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { silent } from '../../src/core/events.ts'
import type { RunPlan } from '../../src/pipeline/run-plan.ts'
import { readOutcome } from '../../src/pipeline/task-results.ts'
import { createTaskRunner } from '../../src/pipeline/task-runner.ts'
import { elsewhere, makePlan, tasksOf, withoutImages } from '../executors/_task.ts'
import { temporaryFolder } from './_dataset.ts'

const { dir, remove } = temporaryFolder()
let plan: RunPlan

beforeAll(async () => {
  plan = await makePlan(dir, 1)
})
afterAll(remove)

it('keeps what came of a task before it tells of it', async () => {
  const run = createTaskRunner(plan)
  for (const task of tasksOf(plan, '01')) {
    const outcome = await run(task, silent)
    expect(task.permutation === 0 ? 'fold' in outcome : 'scores' in outcome).toBe(true)
    expect(await readOutcome(plan.run, task)).toEqual(outcome)
  }
})

it('makes an outcome of what goes wrong in a task, and keeps it too', async () => {
  const broken = withoutImages(await elsewhere(plan, join(dir, 'broken')), '01')
  const [task] = tasksOf(plan, '01')
  const wrong = { task, error: { code: 'FILE_NOT_FOUND' } }
  expect(await createTaskRunner(broken)(task!, silent)).toMatchObject(wrong)
  expect(await readOutcome(broken.run, task!)).toMatchObject(wrong)
})

it('throws what goes wrong in keeping it', async () => {
  const full = await elsewhere(plan, join(dir, 'full'))
  rmSync(join(full.run, 'results'), { recursive: true })
  const [task] = tasksOf(plan, '02')
  await expect(createTaskRunner(full)(task!, silent)).rejects.toMatchObject({ code: 'ENOENT' })
})
