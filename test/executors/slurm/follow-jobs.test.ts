import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import { followJobs } from '../../../src/executors/slurm/follow-jobs.ts'
import { planTasks } from '../../../src/pipeline/tasks.ts'
import { writeOutcome } from '../../../src/pipeline/task-results.ts'
import { temporaryFolder } from '../../pipeline/_dataset.ts'
import { createCollector, makePlan } from '../_task.ts'
import { fakeCommands } from './_fake-commands.ts'

const { dir, remove } = temporaryFolder()
const commands = fakeCommands(dir)
beforeAll(commands.install)
afterAll(() => {
  commands.uninstall()
  remove()
})

it('tells of results and errors once each, though the controller does not answer at first', async () => {
  const plan = await makePlan(dir, 1)
  const [one, two, three] = planTasks(plan.pipeline, plan.dataset)
  await writeOutcome(plan.run, { task: one!, scores: { lda: 1 } })
  await writeOutcome(plan.run, { task: two!, error: new Error('no') })
  const asked = join(dir, 'asked')
  commands.write('squeue', `if [ -e ${asked} ]; then exit 0; fi; touch ${asked}; exit 1`)
  const { outcomes, onOutcome } = createCollector()
  const pending = new Map([one!, two!, three!].map((task) => [task.id, task]))
  await followJobs(['1'], { plan, pending, emit: silent, onOutcome })
  expect(outcomes.map(({ task }) => task.id).sort()).toEqual([one!.id, two!.id].sort())
  expect([...pending.keys()]).toEqual([three!.id])
})
