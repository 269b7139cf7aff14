/** Submitted jobs -> outcomes of their tasks as result files appear, until no element waits or runs. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Emit } from '../../core/events.ts'
import type { Task } from '../../core/schemas/task.ts'
import type { RunPlan } from '../../pipeline/run-plan.ts'
import { readOutcome, type TaskOutcome } from '../../pipeline/task-results.ts'
import { listActive } from './slurm-commands.ts'

/** Questions to the controller that may go unanswered in a row; at the longest interval that is five minutes. */
const patience = 20

/** What is still to come, and whom to tell. */
export interface Awaited {
  readonly plan: RunPlan
  /** Tasks without an outcome, by id; those that get one are taken out. */
  readonly pending: Map<string, Task>
  readonly emit: Emit
  readonly onOutcome: (outcome: TaskOutcome) => Promise<void>
}

/**
 * Waits for jobs.
 *
 * @param jobs - Numbers of the jobs.
 * @param awaited - Tasks to look out for.
 * @returns When squeue lists none of the jobs any more and everything that they left has been told.
 * @throws {LimbicError} `SLURM_COMMAND_FAILED` when the controller does not answer for minutes.
 * @remarks One squeue for all jobs every 2 seconds at first, later every 15: a cluster has more users than one.
 */
export async function followJobs(jobs: readonly string[], awaited: Awaited): Promise<void> {
  const started = performance.now()
  let unanswered = 0
  for (;;) {
    const active = await listActive(jobs).catch((error: unknown) => {
      if (++unanswered > patience) throw error
      return undefined
    })
    if (active !== undefined) unanswered = 0
    // Asked first and looked at second: what an element left before it ended is there.
    await gather(awaited)
    if (active?.length === 0) return
    const seconds = (performance.now() - started) / 1000
    await sleep(1000 * Math.min(15, 2 + seconds / 20))
  }
}

async function gather({ plan, pending, onOutcome }: Awaited): Promise<void> {
  const names = await readdir(join(plan.run, 'results'))
  for (const name of names) {
    const task = pending.get(name.replace(/(\.failed)?\.json$/, ''))
    const outcome = task === undefined ? undefined : await readOutcome(plan.run, task)
    if (task === undefined || outcome === undefined) continue
    pending.delete(task.id)
    await onOutcome(outcome)
  }
}
