/** The commands of Slurm as functions: submit an array, ask for its state, and ask how its elements ended. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { LimbicError } from '../../core/errors/index.ts'

const execute = promisify(execFile)

/** How an element of an array ended. */
export interface ElementEnd {
  /** `JOB_INDEX`. */
  readonly element: string
  /** As Slurm calls it, such as `FAILED` or `NODE_FAIL`. */
  readonly state: string
  /** `exit:signal`, such as `75:0` or `0:9`. */
  readonly exitCode: string
}

/**
 * Submits a job.
 *
 * @param options - Arguments of sbatch, the script last.
 * @returns The job's number.
 * @throws {LimbicError} `SLURM_NOT_FOUND`, `SLURM_COMMAND_FAILED`.
 */
export async function submitJob(options: readonly string[]): Promise<string> {
  const text = await run('sbatch', ['--parsable', ...options])
  return text.trim().split(';')[0] ?? ''
}

/**
 * Which of some jobs still have elements that wait or run.
 *
 * @param jobs - Numbers of jobs.
 * @returns One line per element or range of elements: name, state, reason; empty when all have ended.
 * @throws {LimbicError} `SLURM_NOT_FOUND`, `SLURM_COMMAND_FAILED` when the controller does not answer.
 */
export async function listActive(jobs: readonly string[]): Promise<readonly string[]> {
  if (jobs.length === 0) return []
  try {
    const text = await run('squeue', ['-h', '-j', jobs.join(','), '-o', '%i %T %r'])
    return text.split('\n').filter((line) => line.trim() !== '')
  } catch (error) {
    // Jobs that ended long ago are no longer known.
    if (/Invalid job id/i.test(String(error))) return []
    throw error
  }
}

/**
 * How the elements of a job ended: from the accounting where it is on, otherwise from what the controller remembers for some minutes.
 *
 * @param job - Number of the job.
 * @returns One entry per element that is known; none when nobody knows.
 * @throws Never.
 */
export async function describeEnds(job: string): Promise<readonly ElementEnd[]> {
  const accounting = await run('sacct', [
    ...['-X', '-n', '-P', '-j', job],
    '--format=JobID,State,ExitCode',
  ]).catch(() => '')
  const accounted = parseAccounting(accounting)
  if (accounted.length > 0) return accounted
  return parseJobs(await run('scontrol', ['show', 'job', '-o', job]).catch(() => ''))
}

/**
 * The largest index of an array plus one.
 *
 * @returns As the cluster is configured; 1001, Slurm's own default, when it does not say.
 * @throws Never.
 */
export async function readMaxArraySize(): Promise<number> {
  const text = await run('scontrol', ['show', 'config']).catch(() => '')
  return Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(text)?.[1] ?? 1001)
}

/**
 * Reads the table of sacct.
 *
 * @param text - Lines of `JobID|State|ExitCode`.
 * @returns One entry per element; ranges of elements that never started are left out.
 * @throws Never.
 * @example
 * const state = parseAccounting('7_1|CANCELLED by 0|0:15')[0].state // state = 'CANCELLED'
 */
export function parseAccounting(text: string): readonly ElementEnd[] {
  return text.split('\n').flatMap((line) => {
    const [element = '', state = '', exitCode = ''] = line.split('|')
    return /^\d+_\d+$/.test(element)
      ? [{ element, state: state.split(' ')[0] ?? '', exitCode }]
      : []
  })
}

/**
 * Reads the lines of `scontrol show job -o`.
 *
 * @param text - One line of `key=value` per element.
 * @returns One entry per element.
 * @throws Never.
 */
export function parseJobs(text: string): readonly ElementEnd[] {
  return text.split('\n').flatMap((line) => {
    const field = (name: string): string => new RegExp(`\\b${name}=(\\S+)`).exec(line)?.[1] ?? ''
    const [job, index] = [field('ArrayJobId'), field('ArrayTaskId')]
    if (!/^\d+$/.test(job) || !/^\d+$/.test(index)) return []
    return [{ element: `${job}_${index}`, state: field('JobState'), exitCode: field('ExitCode') }]
  })
}

async function run(command: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await execute(command, [...args], { maxBuffer: 64 * 1024 * 1024 })
    return stdout
  } catch (error) {
    const { code, stderr = '' } = error as { code?: string | number; stderr?: string }
    if (code === 'ENOENT') throw new LimbicError('SLURM_NOT_FOUND', { command }, { cause: error })
    throw new LimbicError(
      'SLURM_COMMAND_FAILED',
      { command: [command, ...args].join(' '), found: stderr.trim() || `exit code ${code}` },
      { cause: error },
    )
  }
}
