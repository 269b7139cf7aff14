/** Tasks of a run -> Slurm job arrays, followed until every task has an outcome; only starts and watches processes, which do the work. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { LimbicError } from '../../core/errors/index.ts'
import type { Emit } from '../../core/events.ts'
import type { Task } from '../../core/schemas/task.ts'
import { readSeconds } from '../../pipeline/task-results.ts'
import type { TaskExecutor } from '../../pipeline/task-runner.ts'
import { readManifest } from '../../pipeline/tasks.ts'
import { chunkTasks } from './chunk-tasks.ts'
import { findFinalEnd } from './classify-ends.ts'
import { followJobs, type Awaited } from './follow-jobs.ts'
import { describeEnds, listActive } from './slurm-commands.ts'
import {
  logFile,
  readJobs,
  submitChunks,
  type SlurmOptions,
  type SubmittedJob,
} from './submission.ts'

/** How often what is missing is submitted again. */
const maxResubmissions = 3

/**
 * Makes an executor over Slurm job arrays.
 *
 * @param options - Partition, elements at a time, tasks per element, and other arguments of sbatch.
 * @returns The executor. Jobs of the run that are still queued from before, because whoever submitted them was stopped, are awaited first.
 *   It throws `SLURM_NOT_FOUND`, `SLURM_COMMAND_FAILED`, and `SLURM_TASKS_LOST` when elements end in a way that another try would not mend,
 *   or when tasks are still missing after three more submissions.
 * @throws Never.
 * @remarks A task whose element was killed, timed out or lost its node is submitted again as part of a new array; one that has a result or
 *   an error of its own is not. Folds with true labels go first, and their time decides how many permuted folds an element does.
 */
export function createSlurm(options: SlurmOptions): TaskExecutor {
  return async (plan, tasks, emit, onOutcome) => {
    const pending = new Map(tasks.map((task) => [task.id, task]))
    const awaited: Awaited = { plan, pending, emit, onOutcome }
    const left = await readJobs(plan.run)
    if ((await listActive(left)).length > 0) {
      emit({ type: 'note', message: `Jobs of this run are still queued: ${left.join(', ')}.` })
      await followJobs(left, awaited)
    }
    const isWhole = (task: Task): boolean => task.permutation === 0
    const known = await readSeconds(plan.run)
    const needsEstimate = options.chunk === undefined && known === undefined
    if (needsEstimate && [...pending.values()].some(isWhole))
      await finish(awaited, options, isWhole)
    await finish(awaited, options, () => true)
  }
}

/** Submits the tasks that are wanted until each has an outcome. */
async function finish(
  awaited: Awaited,
  options: SlurmOptions,
  isWanted: (task: Task) => boolean,
): Promise<void> {
  const { plan, pending, emit } = awaited
  const manifest = await readManifest(plan.run)
  const wanted = (): Task[] => [...pending.values()].filter(isWanted)
  for (let attempt = 0; wanted().length > 0; attempt++) {
    const secondsPerTask = await readSeconds(plan.run)
    const chunks = chunkTasks(manifest, wanted(), {
      ...(options.chunk === undefined ? {} : { chunk: options.chunk }),
      ...(secondsPerTask === undefined ? {} : { secondsPerTask }),
    })
    const jobs = await submitChunks(plan.run, chunks, options)
    tellSubmission(emit, attempt, wanted().length, jobs)
    await followJobs(
      jobs.map(({ job }) => job),
      awaited,
    )
    const lines = new Set(manifest.flatMap(({ id }, i) => (pending.has(id) ? [i + 1] : [])))
    await assertWorthAnother(plan.run, jobs, lines, wanted(), attempt)
  }
}

function tellSubmission(
  emit: Emit,
  attempt: number,
  nTasks: number,
  jobs: readonly SubmittedJob[],
): void {
  const nElements = jobs.reduce((sum, { chunks }) => sum + chunks.length, 0)
  const verb = attempt === 0 ? 'Submitted' : 'Submitted again'
  const names = jobs.map(({ job }) => job).join(', ')
  emit({
    type: 'note',
    message: `${verb}: ${nTasks} tasks in ${nElements} elements as Slurm job ${names}.`,
  })
}

async function assertWorthAnother(
  run: string,
  jobs: readonly SubmittedJob[],
  missingLines: ReadonlySet<number>,
  missing: readonly Task[],
  attempt: number,
): Promise<void> {
  if (missing.length === 0) return
  const incomplete = jobs.flatMap(({ job, chunks }) =>
    chunks.flatMap((lines, i) =>
      lines.some((line) => missingLines.has(line)) ? [`${job}_${i + 1}`] : [],
    ),
  )
  const ends = (await Promise.all(jobs.map(({ job }) => describeEnds(job)))).flat()
  const final = findFinalEnd(ends.filter(({ element }) => incomplete.includes(element)))
  if (final === undefined && attempt < maxResubmissions) return
  const element = final?.element ?? incomplete[0] ?? ''
  throw new LimbicError('SLURM_TASKS_LOST', {
    run,
    nMissing: missing.length,
    reason:
      final === undefined
        ? `still missing after ${maxResubmissions + 1} submissions`
        : `element ${final.element} ended as ${final.state}, exit code ${final.exitCode}`,
    log: await readTail(logFile(run, element)),
  })
}

async function readTail(file: string): Promise<string> {
  if (!existsSync(file)) return `${file} was not written`
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  return lines.slice(-12).join(' / ') || `${file} is empty`
}
