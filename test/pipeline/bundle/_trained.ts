/** A decoder trained on the first subjects of a small dataset, without the last one. */
import { join } from 'node:path'
import { silent } from '../../../src/core/events.ts'
import { noMemo } from '../../../src/core/memo.ts'
import { createRng } from '../../../src/core/rng.ts'
import type { BundleManifest } from '../../../src/core/schemas/bundle.ts'
import type { Pipeline } from '../../../src/core/schemas/pipeline.ts'
import type { ProtocolContext } from '../../../src/evaluate/protocol/context.ts'
import type { SubjectData } from '../../../src/evaluate/protocol/subject-data.ts'
import { trainBundle } from '../../../src/pipeline/bundle/train-bundle.ts'
import { openDataset, recordDataset } from '../../../src/pipeline/dataset.ts'
import { openOnce } from '../../../src/pipeline/fold-task.ts'
import { tinyPipeline } from '../_dataset.ts'

/** Trains on all subjects but 03; the bundle lies in `<out>/bundle`. */
export function train(
  bids: string,
  out: string,
  ...settings: readonly string[]
): Promise<BundleManifest> {
  const pipeline = tinyPipeline('data.exclude=["03"]', ...settings)
  return trainBundle({ pipeline, bids, out, emit: silent })
}

/** What protocol functions are given, as a fold gives it to them. */
export function makeContext(pipeline: Pipeline): ProtocolContext {
  return {
    pipeline,
    classes: ['negative', 'neutral', 'rest'],
    memo: noMemo,
    emit: silent,
    rng: createRng(pipeline.seed),
    openEngine: openOnce('cpu'),
  }
}

/** Every subject of a dataset, as the evaluation opens them. */
export async function openSubjects(
  bids: string,
  out: string,
  pipeline: Pipeline,
): Promise<readonly SubjectData[]> {
  return openDataset(await recordDataset(bids, pipeline, join(out, 'offline'), silent), pipeline)
}
