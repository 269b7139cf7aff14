/** What a run is about, as a file in its folder: enough for any process on any machine that sees the folder to do its tasks. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LimbicError } from '../core/errors/index.ts'
import type { Pipeline } from '../core/schemas/pipeline.ts'
import { writeFileAtomic } from '../io/artifacts.ts'
import { decodeState, encodeState } from '../io/state-file.ts'
import type { DatasetRecord } from './dataset.ts'

/** A run: its folder, its settings and its data. */
export interface RunPlan {
  /** The run directory. */
  readonly run: string
  readonly pipeline: Pipeline
  readonly dataset: DatasetRecord
  /** When whoever does the tasks pauses, as `Date.now()`; not part of the file. */
  readonly deadline?: number
  /** Threads that one step of a network may use; not part of the file. */
  readonly threads?: number
}

/**
 * Writes `plan.state` into the run directory.
 *
 * @param plan - The plan.
 * @returns When the file has its final name.
 * @throws The error of the file system.
 */
export async function writePlan({ run, pipeline, dataset }: RunPlan): Promise<void> {
  await writeFileAtomic(planFile(run), encodeState({ pipeline, dataset }))
}

/**
 * Reads the plan of a run.
 *
 * @param run - The run directory.
 * @returns The plan.
 * @throws {LimbicError} `RUN_NOT_FOUND` when the folder holds none; `STATE_FILE_INVALID` when it is damaged.
 */
export async function readPlan(run: string): Promise<RunPlan> {
  const file = planFile(run)
  if (!existsSync(file)) throw new LimbicError('RUN_NOT_FOUND', { dir: run, file: 'plan.state' })
  const plan = decodeState(await readFile(file)) as Omit<RunPlan, 'run'>
  return { run, ...plan }
}

/**
 * Where stages of a run are remembered.
 *
 * @param run - The run directory.
 * @returns The folder.
 * @throws Never.
 */
export function cacheDirOf(run: string): string {
  return join(run, 'cache')
}

const planFile = (run: string): string => join(run, 'plan.state')
