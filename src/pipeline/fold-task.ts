/** One fold as a unit of work: plain data in, a Fold out, so that any process can do it. */
import { join } from 'node:path'
import type { Emit } from '../core/events.ts'
import { createRng } from '../core/rng.ts'
import type { Pipeline } from '../core/schemas/pipeline.ts'
import type { Fold } from '../core/schemas/report.ts'
import { openEngine, type Engine } from '../engine/index.ts'
import type { ProtocolContext } from '../evaluate/protocol/context.ts'
import { runStrictFold } from '../evaluate/protocol/strict.ts'
import { runWithinSubject } from '../evaluate/protocol/within.ts'
import { createDiskMemo } from './cache.ts'
import { openDataset, type DatasetRecord } from './dataset.ts'

/** Everything a worker needs for the folds of a run. */
export interface FoldTask {
  readonly pipeline: Pipeline
  readonly dataset: DatasetRecord
  readonly cacheDir: string
}

/** Runs folds of one task; series and engine are opened once. */
export type FoldRunner = (subject: string, emit: Emit) => Promise<Fold>

/**
 * Makes the runner of a task.
 *
 * @param task - The task.
 * @returns The runner; a fold that was finished before is remembered.
 * @throws {LimbicError} As `openDataset`.
 */
export function createFoldRunner(task: FoldTask): FoldRunner {
  const { pipeline, dataset, cacheDir } = task
  const subjects = openDataset(dataset, pipeline)
  const engine = openOnce(pipeline.engine)
  return (subject, emit) => {
    const memo = createDiskMemo(cacheDir, emit)
    const context: ProtocolContext = {
      pipeline,
      classes: dataset.classes,
      memo,
      emit,
      rng: createRng(pipeline.seed),
      openEngine: engine,
      checkpointDir: join(cacheDir, 'checkpoints'),
    }
    const key = { version: 1, pipeline: settingsOf(pipeline), dataset: dataset.sha256, subject }
    return memo('fold', key, () =>
      pipeline.evaluate.split === 'leave-one-run-out'
        ? runWithinSubject(
            context,
            subjects.find((one) => one.subject === subject)!,
          )
        : runStrictFold(context, subjects, subject),
    )
  }
}

/**
 * The settings that results depend on: names and descriptions do not count.
 *
 * @param pipeline - The pipeline.
 * @returns A plain object to be hashed.
 * @throws Never.
 */
export function settingsOf(pipeline: Pipeline): unknown {
  return { ...pipeline, name: undefined, description: undefined }
}

/**
 * An engine that is opened when first asked for, and then kept.
 *
 * @param name - Which engine.
 * @returns The opener.
 * @throws Never.
 */
export function openOnce(name: Pipeline['engine']): () => Promise<Engine> {
  let engine: Promise<Engine> | undefined
  return () => (engine ??= openEngine(name))
}
