/** What came of tasks <-> one file each in `results/`; which of them exist and fit says how far a run is. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { describeFailure, reviveError } from '../core/errors/failure.ts'
import type { Task, TaskFailure, TaskResult, TaskValue } from '../core/schemas/task.ts'
import { sha256 } from '../io/artifacts.ts'

/** What came of a task. */
export type TaskOutcome = { readonly task: Task } & (TaskValue | { readonly error: Error })

/**
 * Makes the folder of results.
 *
 * @param run - The run directory.
 * @returns When it is there.
 * @throws The error of the file system.
 */
export async function makeResultsFolder(run: string): Promise<void> {
  await mkdir(join(run, 'results'), { recursive: true })
}

/**
 * Keeps what came of a task: its value, or the error that it ended with.
 *
 * @param run - The run directory, with its folder of results.
 * @param outcome - What came of the task.
 * @param seconds - What it took to compute; kept beside the value, and no part of it.
 * @returns When the file has its final name; a value takes away the error of an earlier try.
 * @throws The error of the file system.
 * @remarks A file appears whole or not at all. It is not forced to the disk, since a run may have tens of thousands: one that a power
 *   failure cut short does not match its own hash and is computed again.
 */
export async function writeOutcome(run: string, outcome: TaskOutcome, seconds = 0): Promise<void> {
  const { id, inputsHash } = outcome.task
  if ('error' in outcome) {
    const failure = describeFailure(outcome.error)
    await writeWhole(failureFile(run, id), JSON.stringify({ id, inputsHash, failure }))
    return
  }
  const value = 'fold' in outcome ? { fold: outcome.fold } : { scores: outcome.scores }
  const hash = sha256(JSON.stringify(value))
  const text = JSON.stringify({ id, inputsHash, sha256: hash, seconds, value })
  await writeWhole(resultFile(run, id), text)
  await rm(failureFile(run, id), { force: true })
}

/**
 * Reads what came of a task.
 *
 * @param run - The run directory.
 * @param task - The task.
 * @returns Its value, or its error; undefined when there is neither, or one that belongs to other inputs or was cut short.
 * @throws The error of the file system.
 */
export async function readOutcome(run: string, task: Task): Promise<TaskOutcome | undefined> {
  return (await readValue(run, task)) ?? (await readFailure(run, task))
}

/**
 * Reads the value of a task.
 *
 * @param run - The run directory.
 * @param task - The task.
 * @returns Its value; undefined as long as it has none.
 * @throws The error of the file system.
 */
export async function readValue(run: string, task: Task): Promise<TaskOutcome | undefined> {
  const found = (await readJson(resultFile(run, task.id))) as Partial<TaskResult> | undefined
  if (found?.inputsHash !== task.inputsHash || found.value === undefined) return undefined
  const { value, sha256: expected } = found
  return sha256(JSON.stringify(value)) === expected ? { task, ...value } : undefined
}

/**
 * What tasks of a run have taken to compute so far.
 *
 * @param run - The run directory.
 * @returns Median seconds of up to 50 results; undefined as long as there is none.
 * @throws The error of the file system.
 */
export async function readSeconds(run: string): Promise<number | undefined> {
  const names = (await readdir(join(run, 'results'))).filter(
    (name) => name.endsWith('.json') && !name.endsWith('.failed.json'),
  )
  const seconds: number[] = []
  for (const name of names.slice(0, 50)) {
    const found = (await readJson(join(run, 'results', name))) as Partial<TaskResult> | undefined
    if (found?.seconds !== undefined) seconds.push(found.seconds)
  }
  return seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 2)]
}

/**
 * Forgets the errors of tasks, so that they are tried again.
 *
 * @param run - The run directory.
 * @param tasks - The tasks.
 * @returns When they are gone.
 * @throws The error of the file system.
 */
export async function forgetFailures(run: string, tasks: readonly Task[]): Promise<void> {
  for (const { id } of tasks) {
    const file = failureFile(run, id)
    if (existsSync(file)) await rm(file, { force: true })
  }
}

async function readFailure(run: string, task: Task): Promise<TaskOutcome | undefined> {
  const found = (await readJson(failureFile(run, task.id))) as Partial<TaskFailure> | undefined
  if (found?.inputsHash !== task.inputsHash || found.failure === undefined) return undefined
  return { task, error: reviveError(found.failure) }
}

const resultFile = (run: string, id: string): string => join(run, 'results', `${id}.json`)
const failureFile = (run: string, id: string): string => join(run, 'results', `${id}.failed.json`)

async function readJson(file: string): Promise<unknown> {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown
  } catch (error) {
    // Half a file, or one that went away in between, is no result; anything else, such as missing rights, is to be told.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT')
      return undefined
    throw error
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  const partial = `${file}.${randomBytes(4).toString('hex')}.part`
  await writeFile(partial, text)
  await rename(partial, file)
}
