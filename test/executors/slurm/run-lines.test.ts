import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Task } from '../../../src/core/schemas/task.ts'
import { runLines, type LinesToRun } from '../../../src/executors/slurm/run-lines.ts'
import type { RunPlan } from '../../../src/pipeline/run-plan.ts'
import { readOutcome } from '../../../src/pipeline/task-results.ts'
import { planTasks } from '../../../src/pipeline/tasks.ts'
import { temporaryFolder } from '../../pipeline/_dataset.ts'
import { elsewhere, makePlan, withoutImages } from '../_task.ts'

const { dir, remove } = temporaryFolder()
let plan: RunPlan
let manifest: readonly Task[]

beforeAll(async () => {
  plan = await makePlan(dir, 1)
  manifest = planTasks(plan.pipeline, plan.dataset)
})
afterAll(remove)

async function run(
  lines: readonly number[],
  changes: Partial<LinesToRun> = {},
): Promise<{ isComplete: boolean; computed: string[] }> {
  const computed: string[] = []
  const isComplete = await runLines({
    ...{ plan, manifest, lines, jobs: 1, isStopping: () => false },
    onOutcome: ({ task }) => computed.push(task.id),
    ...changes,
  })
  return { isComplete, computed }
}

describe('runLines', () => {
  it('does the tasks of its lines, and none that has a result', async () => {
    expect(await run([1])).toEqual({ isComplete: true, computed: ['sub-01'] })
    expect(await run([1, 2])).toEqual({ isComplete: true, computed: ['sub-02'] })
    expect(await run([1, 2])).toEqual({ isComplete: true, computed: [] })
  })

  it('stops between tasks when asked to, and goes on later', async () => {
    const own = await elsewhere(plan, join(dir, 'stopped'))
    let nDone = 0
    const stopped = await run([1, 2, 3], {
      ...{ plan: own, isStopping: () => nDone > 0, onOutcome: () => nDone++ },
    })
    expect(stopped.isComplete).toBe(false)
    expect(await readOutcome(own.run, manifest[0]!)).toBeDefined()
    const rest = await run([1, 2, 3], { plan: own })
    expect(rest).toEqual({ isComplete: true, computed: ['sub-02', 'perm-00001_sub-01'] })
  })

  it('takes an error of a task for an outcome', async () => {
    const broken = withoutImages(await elsewhere(plan, join(dir, 'broken')), '01')
    expect(await run([1, 2], { plan: broken })).toEqual({
      isComplete: true,
      computed: ['sub-01', 'sub-02'],
    })
    expect(await run([1], { plan: broken })).toEqual({ isComplete: true, computed: [] })
  })

  it('takes a pause for none: the task is left to the next try', async () => {
    const paused = { ...(await elsewhere(plan, join(dir, 'paused'))), deadline: Date.now() - 1 }
    expect(await run([1], { plan: paused })).toEqual({ isComplete: false, computed: [] })
    expect(await readOutcome(paused.run, manifest[0]!)).toBeUndefined()
  })

  it('refuses a line that the manifest does not have', async () => {
    await expect(run([5])).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })
})
