/** The executor against commands that answer as Slurm does; elements are run here, one after the other, when they are submitted. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createSlurm } from '../../../src/executors/slurm/slurm.ts'
import type { RunPlan } from '../../../src/pipeline/run-plan.ts'
import { planTasks, writeManifest } from '../../../src/pipeline/tasks.ts'
import { writeOutcome } from '../../../src/pipeline/task-results.ts'
import { createRecorder, temporaryFolder } from '../../pipeline/_dataset.ts'
import { createCollector, elsewhere, makePlan } from '../_task.ts'
import { fakeCommands } from './_fake-commands.ts'

const { dir, remove } = temporaryFolder()
const commands = fakeCommands(dir)
let plan: RunPlan

beforeAll(async () => {
  plan = await makePlan(dir, 2)
  commands.install()
  commands.write('scontrol', 'exit 1')
  commands.write('sacct', 'exit 1')
  commands.write('squeue', 'exit 0')
})
afterEach(() => {
  commands.write('sacct', 'exit 1')
})
afterAll(() => {
  commands.uninstall()
  remove()
})

let nRuns = 0
async function newRun(): Promise<RunPlan> {
  const own = await elsewhere(plan, join(dir, `run-${++nRuns}`))
  await writeManifest(own.run, planTasks(own.pipeline, own.dataset))
  return own
}

/** sbatch that runs no element, but leaves some prepared results: all of them, or those of the first `n` lines. */
async function prepareResults(own: RunPlan, nPerSubmission: number): Promise<void> {
  const prepared = join(own.run, 'prepared')
  const tasks = planTasks(own.pipeline, own.dataset)
  const other = await elsewhere(own, prepared)
  for (const task of tasks) await writeOutcome(other.run, { task, scores: { lda: 0.5 } }, 0.5)
  const move = `ls "${prepared}/results" | head -n ${nPerSubmission} | while read f; do mv "${prepared}/results/$f" "${own.run}/results/"; done`
  commands.write('sbatch', `echo "$*" >> "$0.log"; ${move}; wc -l < "$0.log"`)
}

const execute = async (
  own: RunPlan,
  options: Parameters<typeof createSlurm>[0] = {},
): Promise<{ outcomes: string[]; notes: string[] }> => {
  const { outcomes, onOutcome } = createCollector()
  const { events, emit } = createRecorder()
  await createSlurm(options)(own, planTasks(own.pipeline, own.dataset), emit, onOutcome)
  return {
    outcomes: outcomes.map(({ task }) => task.id).sort(),
    notes: events.flatMap((event) => (event.type === 'note' ? [event.message] : [])),
  }
}
const allIds = (own: RunPlan): string[] =>
  planTasks(own.pipeline, own.dataset)
    .map(({ id }) => id)
    .sort()

describe('createSlurm', () => {
  it('submits an array and tells of every result', async () => {
    const own = await newRun()
    await prepareResults(own, 6)
    const { outcomes, notes } = await execute(own, {
      ...{ chunk: 4, throttle: 3, partition: 'long', args: ['--time=1:00:00'] },
    })
    expect(outcomes).toEqual(allIds(own))
    expect(notes).toEqual(['Submitted: 6 tasks in 2 elements as Slurm job 1.'])
    const arguments_ = commands.log('sbatch')
    for (const expected of [
      '--array=1-2%3 ',
      '--requeue ',
      '--signal=B:TERM@120 ',
      '--open-mode=append ',
      '--partition=long --time=1:00:00 ',
    ])
      expect(arguments_).toContain(expected)
    expect(readFileSync(join(own.run, 'slurm', 'array-1.lines'), 'utf8')).toBe('1-4\n5-6\n')
    const script = readFileSync(join(own.run, 'slurm', 'array-1.sh'), 'utf8')
    expect(script).toContain(`exec '${process.execPath}' `)
    expect(script).toContain(`'task' '${own.run}' '--lines' "$lines"`)
  })

  it('submits what is missing again, and only that', async () => {
    const own = await newRun()
    await prepareResults(own, 4)
    const { outcomes, notes } = await execute(own, { chunk: 1 })
    expect(outcomes).toEqual(allIds(own))
    expect(notes[1]).toBe('Submitted again: 2 tasks in 2 elements as Slurm job 2.')
    expect(readFileSync(join(own.run, 'slurm', 'jobs.txt'), 'utf8')).toBe('1\n2\n')
  })

  it('runs the folds with true labels first, and takes their time for the others', async () => {
    const own = await newRun()
    await prepareResults(own, 6)
    const { notes } = await execute(own)
    expect(notes[0]).toBe('Submitted: 2 tasks in 2 elements as Slurm job 1.')
  })

  it('gives up after three more submissions, with the end of a log', async () => {
    const own = await newRun()
    await prepareResults(own, 0)
    await expect(execute(own, { chunk: 6 })).rejects.toMatchObject({
      code: 'SLURM_TASKS_LOST',
      details: { nMissing: 6, reason: 'still missing after 4 submissions' },
    })
    expect(commands.log('sbatch').trim().split('\n')).toHaveLength(4)
  })

  it('stops at once when an element ended in a way that another try does not mend', async () => {
    const own = await newRun()
    await prepareResults(own, 3)
    commands.write('sacct', 'echo "1_1|OUT_OF_MEMORY|0:125"')
    await expect(execute(own, { chunk: 6 })).rejects.toMatchObject({
      code: 'SLURM_TASKS_LOST',
      details: { reason: 'element 1_1 ended as OUT_OF_MEMORY, exit code 0:125' },
    })
    expect(readdirSync(join(own.run, 'results')).length).toBe(3)
  })

  it('submits in pieces what the cluster does not take in one array', async () => {
    const own = await newRun()
    await prepareResults(own, 3)
    commands.write('scontrol', 'echo "MaxArraySize = 4"')
    const { notes } = await execute(own, { chunk: 1 })
    commands.write('scontrol', 'exit 1')
    expect(notes).toEqual(['Submitted: 6 tasks in 6 elements as Slurm job 1, 2.'])
  })

  it('waits for jobs of the run that are still queued before it submits any', async () => {
    const own = await newRun()
    await prepareResults(own, 3)
    await expect(execute(own, { chunk: 2, args: [] })).resolves.toBeDefined()
    const again = planTasks(own.pipeline, own.dataset)
    const file = join(dir, 'asked')
    commands.write(
      'squeue',
      `if [ -e ${file} ]; then exit 0; fi; touch ${file}; echo "1_1 RUNNING None"`,
    )
    const { outcomes, onOutcome } = createCollector()
    const { events, emit } = createRecorder()
    await createSlurm({})(own, again, emit, onOutcome)
    commands.write('squeue', 'exit 0')
    expect(existsSync(file)).toBe(true)
    expect(outcomes).toHaveLength(6)
    expect(events).toMatchObject([{ message: 'Jobs of this run are still queued: 1, 2.' }])
  })
})
