/** A pipeline and a dataset -> the tasks of a run, one line each in `manifest.ndjson`; whoever runs them, they are the same. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LimbicError } from '../core/errors/index.ts'
import type { Pipeline } from '../core/schemas/pipeline.ts'
import { taskSchema, type Task } from '../core/schemas/task.ts'
import { foldNames } from '../evaluate/protocol/run-fold.ts'
import { writeFileAtomic } from '../io/artifacts.ts'
import { hashKey } from './cache.ts'
import type { DatasetRecord } from './dataset.ts'

/** Raised when the same inputs give another result than before. */
const resultVersion = 1

/**
 * Plans the tasks of a run: every fold with the true labels, then every fold of each permutation.
 *
 * @param pipeline - The pipeline; `evaluate.permutations` says how many permutations.
 * @param dataset - The recorded dataset.
 * @returns The tasks. The id of a task does not depend on the number of permutations, so that more can be added to a finished run.
 * @throws Never.
 */
export function planTasks(pipeline: Pipeline, dataset: DatasetRecord): Task[] {
  const folds = foldNames(
    pipeline,
    dataset.subjects.map(({ subject }) => subject),
  )
  const settings = hashKey('settings', settingsOf(pipeline))
  return Array.from({ length: pipeline.evaluate.permutations + 1 }, (_, permutation) =>
    folds.map((fold) => ({
      id: taskId(permutation, fold),
      ...{ fold, permutation, seed: pipeline.seed },
      inputsHash: hashKey('task', {
        ...{ version: resultVersion, settings, dataset: dataset.sha256, fold, permutation },
      }),
    })),
  ).flat()
}

/**
 * The settings that results depend on: names and descriptions do not count, nor does how many permutations there are.
 *
 * @param pipeline - The pipeline.
 * @returns A plain object to be hashed.
 * @throws Never.
 */
export function settingsOf(pipeline: Pipeline): unknown {
  const evaluate = { ...pipeline.evaluate, permutations: undefined }
  return { ...pipeline, name: undefined, description: undefined, evaluate }
}

/**
 * Writes the manifest of a run.
 *
 * @param run - The run directory.
 * @param tasks - The tasks; line n (from 1) is task n - 1.
 * @returns When the file has its final name.
 * @throws The error of the file system.
 */
export async function writeManifest(run: string, tasks: readonly Task[]): Promise<void> {
  const lines = tasks.map((task) => `${JSON.stringify(task)}\n`)
  await writeFileAtomic(join(run, 'manifest.ndjson'), lines.join(''))
}

/**
 * Reads the manifest of a run.
 *
 * @param run - The run directory.
 * @returns The tasks, in the order of the lines.
 * @throws {LimbicError} `RUN_NOT_FOUND` when there is none, or one that this version cannot read.
 */
export async function readManifest(run: string): Promise<Task[]> {
  try {
    const text = await readFile(join(run, 'manifest.ndjson'), 'utf8')
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => taskSchema.parse(JSON.parse(line)))
  } catch (error) {
    throw new LimbicError('RUN_NOT_FOUND', { dir: run, file: 'manifest.ndjson' }, { cause: error })
  }
}

function taskId(permutation: number, fold: string): string {
  return permutation === 0
    ? `sub-${fold}`
    : `perm-${String(permutation).padStart(5, '0')}_sub-${fold}`
}
