/** One fold as a unit of work: plain data in, plain data out, so that any process can do it. */
import { join } from 'node:path'
import { LimbicError } from '../core/errors/index.ts'
import type { Emit } from '../core/events.ts'
import type { Memo } from '../core/memo.ts'
import { createRng } from '../core/rng.ts'
import type { Pipeline } from '../core/schemas/pipeline.ts'
import type { Task, TaskValue } from '../core/schemas/task.ts'
import { openEngine, type Engine, type EngineOptions } from '../engine/index.ts'
import type { ProtocolContext } from '../evaluate/protocol/context.ts'
import { runFold } from '../evaluate/protocol/run-fold.ts'
import type { SubjectData } from '../evaluate/protocol/subject-data.ts'
import {
  isRidgeOnly,
  openRidgePermutations,
  type RidgePermutations,
} from '../evaluate/ridge-permutations.ts'
import { createDiskMemo, createMemoryMemo } from './cache.ts'
import { openDataset, type DatasetRecord } from './dataset.ts'
import { permutedPipeline, permuteSubjects } from './permuted-subjects.ts'

/** Everything a worker needs for the tasks of a run. */
export interface FoldTask {
  readonly pipeline: Pipeline
  readonly dataset: DatasetRecord
  readonly cacheDir: string
  /** The run directory, where networks leave a log of their epochs; none is left without it. */
  readonly run?: string
  /** When the run pauses, as `Date.now()`. */
  readonly deadline?: number
  /** Threads that one step of a network may use; all cores by default. */
  readonly threads?: number
}

/** Runs folds of one run; series and engine are opened once. */
export type FoldRunner = (
  task: Pick<Task, 'fold' | 'permutation'>,
  emit: Emit,
) => Promise<TaskValue>

/**
 * Makes the runner of the folds of a run.
 *
 * @param task - Settings, dataset and where stages are remembered.
 * @returns The runner: a whole fold with the true labels, the scores of one with permuted labels.
 * @throws {LimbicError} As `openDataset`; the runner throws `RUN_PAUSED` once the deadline has come.
 * @remarks With the true labels, stages are remembered on disk. With permuted ones nothing is, since no other run would ever ask for it;
 *   what subjects share between the folds of one permutation stays in memory until the next permutation.
 */
export function createFoldRunner(task: FoldTask): FoldRunner {
  const { pipeline, dataset, cacheDir, run, deadline, threads } = task
  const subjects = openDataset(dataset, pipeline)
  const engine = openOnce(pipeline.engine, threads === undefined ? {} : { threads })
  const repeated = permutedPipeline(pipeline)
  const isRidge = isRidgeOnly({ pipeline }, subjects)
  let current: PermutedData | undefined
  let ridge: Promise<RidgePermutations> | undefined
  const contextOf = (settings: Pipeline, memo: Memo, emit: Emit): ProtocolContext => ({
    pipeline: settings,
    classes: dataset.classes,
    memo,
    emit,
    rng: createRng(pipeline.seed),
    openEngine: engine,
    checkpointDir: join(cacheDir, 'checkpoints'),
    ...(deadline === undefined ? {} : { deadline }),
  })
  return async ({ fold, permutation }, emit) => {
    if (deadline !== undefined && Date.now() >= deadline)
      throw new LimbicError('RUN_PAUSED', { at: `sub-${fold}` })
    if (permutation === 0) {
      const context = contextOf(pipeline, createDiskMemo(cacheDir, emit), emit)
      const logs = run === undefined ? {} : { trainingLogDir: join(run, 'training', `sub-${fold}`) }
      return { fold: await runFold({ ...context, ...logs }, subjects, fold) }
    }
    if (current?.permutation !== permutation)
      current = {
        permutation,
        subjects: permuteSubjects(subjects, pipeline.seed, permutation),
        memo: createMemoryMemo(['anova']),
      }
    const context = contextOf(repeated, current.memo, emit)
    if (isRidge) {
      const score = await (ridge ??= openRidgePermutations(context, subjects))
      return { scores: { ridge: score(current.subjects, fold) } }
    }
    const { models } = await runFold(context, current.subjects, fold)
    return {
      scores: Object.fromEntries(
        Object.entries(models).map(([name, { calibrated }]) => [name, calibrated.balancedAccuracy]),
      ),
    }
  }
}

/** The data of one permutation, and what its folds share. */
interface PermutedData {
  readonly permutation: number
  readonly subjects: readonly SubjectData[]
  readonly memo: Memo
}

/**
 * An engine that is opened when first asked for, and then kept.
 *
 * @param name - Which engine.
 * @param options - As `openEngine` has them.
 * @returns The opener.
 * @throws Never.
 */
export function openOnce(
  name: Pipeline['engine'],
  options: EngineOptions = {},
): () => Promise<Engine> {
  let engine: Promise<Engine> | undefined
  return () => (engine ??= openEngine(name, options))
}
