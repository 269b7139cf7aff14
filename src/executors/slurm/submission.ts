/** Chunks of manifest lines -> a job array: its script, its list of chunks and its place in the run's record of jobs. */
import { existsSync } from 'node:fs'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { writeFileAtomic } from '../../io/artifacts.ts'
import { packageDir } from '../../pipeline/package-dir.ts'
import { formatRanges } from './chunk-tasks.ts'
import { readMaxArraySize, submitJob } from './slurm-commands.ts'

/** What the user may say about jobs. */
export interface SlurmOptions {
  readonly partition?: string
  /** Elements that run at the same time. */
  readonly throttle?: number
  /** Tasks per element. */
  readonly chunk?: number
  /** More arguments of sbatch, such as `--time=02:00:00`. */
  readonly args?: readonly string[]
}

/** A job array that has been submitted. */
export interface SubmittedJob {
  readonly job: string
  /** Manifest lines per element; element n (from 1) is entry n - 1. */
  readonly chunks: readonly (readonly number[])[]
}

/**
 * Submits chunks, as one array or as several when the cluster does not take as many elements in one.
 *
 * @param run - The run directory, on a folder that all nodes see.
 * @param chunks - Manifest lines per element.
 * @param options - What the user says about jobs.
 * @returns The jobs; their numbers are kept in `<run>/slurm/jobs.txt`.
 * @throws {LimbicError} `SLURM_NOT_FOUND`, `SLURM_COMMAND_FAILED`.
 */
export async function submitChunks(
  run: string,
  chunks: readonly (readonly number[])[],
  options: SlurmOptions,
): Promise<readonly SubmittedJob[]> {
  const dir = slurmDir(run)
  await mkdir(dir, { recursive: true })
  const nPerArray = Math.max(1, (await readMaxArraySize()) - 1)
  const jobs: SubmittedJob[] = []
  for (let from = 0; from < chunks.length; from += nPerArray) {
    const own = chunks.slice(from, from + nPerArray)
    const name = `array-${(await readJobs(run)).length + 1}`
    const list = join(dir, `${name}.lines`)
    const script = join(dir, `${name}.sh`)
    await writeFileAtomic(list, own.map((lines) => `${formatRanges(lines)}\n`).join(''))
    await writeFileAtomic(script, formatScript(run, list))
    const job = await submitJob([...arrayArguments(run, own.length, options), script])
    await appendFile(jobsFile(run), `${job}\n`)
    jobs.push({ job, chunks: own })
  }
  return jobs
}

/**
 * The jobs of a run so far.
 *
 * @param run - The run directory.
 * @returns Their numbers, in the order in which they were submitted.
 * @throws The error of the file system.
 */
export async function readJobs(run: string): Promise<readonly string[]> {
  if (!existsSync(jobsFile(run))) return []
  const text = await readFile(jobsFile(run), 'utf8')
  return text.split('\n').filter((line) => line !== '')
}

/**
 * Where an element writes what it has to say.
 *
 * @param run - The run directory.
 * @param element - `JOB_INDEX`, or the pattern of sbatch.
 * @returns The file.
 * @throws Never.
 */
export function logFile(run: string, element: string): string {
  return join(slurmDir(run), `${element}.log`)
}

const slurmDir = (run: string): string => resolve(run, 'slurm')
const jobsFile = (run: string): string => join(slurmDir(run), 'jobs.txt')

function arrayArguments(
  run: string,
  nElements: number,
  { partition, throttle, args = [] }: SlurmOptions,
): readonly string[] {
  return [
    `--array=1-${nElements}${throttle === undefined ? '' : `%${throttle}`}`,
    `--job-name=limbic-${basename(resolve(run))}`,
    `--output=${logFile(run, '%A_%a')}`,
    '--open-mode=append',
    '--requeue',
    // To the shell of the job, which node has taken the place of.
    '--signal=B:TERM@120',
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...args,
  ]
}

function formatScript(run: string, list: string): string {
  const launcher = join(packageDir, 'src', 'cli', 'launch.mjs')
  const command = [process.execPath, launcher, 'task', resolve(run), '--lines'].map(quote).join(' ')
  return `#!/bin/sh\nlines=$(sed -n "\${SLURM_ARRAY_TASK_ID}p" ${quote(list)})\nexec ${command} "$lines"\n`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
