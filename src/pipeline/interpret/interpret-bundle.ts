/** A bundle and a BIDS dataset -> maps of the frozen decoder, in the voxels of every subject whose calibration the bundle holds. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Emit } from '../../core/events.ts'
import { LimbicError } from '../../core/errors/index.ts'
import { noMemo } from '../../core/memo.ts'
import { createRng } from '../../core/rng.ts'
import { interpretSubject } from '../../evaluate/interpret/index.ts'
import type { ProtocolContext } from '../../evaluate/protocol/context.ts'
import { knownSubjects, readBundle, readCalibration } from '../bundle/read-bundle.ts'
import { openDataset, recordDataset } from '../dataset.ts'
import { openOnce } from '../fold-task.ts'
import type { InterpretedSubject, Interpretation } from './interpretation.ts'

/**
 * Explains a frozen decoder.
 *
 * @param dir - The bundle.
 * @param bids - A dataset with labelled runs of subjects of the bundle.
 * @param options - `subjects`: all that the bundle and the dataset share by default.
 * @param emit - Told of progress.
 * @returns Maps per subject, by the labelled runs of the dataset.
 * @throws {LimbicError} As `readBundle` and `recordDataset`; `INTERPRET_UNSUPPORTED` when bundle and dataset share no subject.
 */
export async function interpretBundle(
  dir: string,
  bids: string,
  options: { readonly subjects?: readonly string[] },
  emit: Emit,
): Promise<Interpretation> {
  const bundle = await readBundle(dir)
  const { pipeline, classifier, manifest } = bundle
  const model = pipeline.classify.model
  const cacheDir = await mkdtemp(join(tmpdir(), 'limbic-interpret-'))
  try {
    const dataset = await recordDataset(bids, pipeline, cacheDir, emit)
    const known = options.subjects ?? knownSubjects(manifest)
    const subjects = openDataset(dataset, pipeline).filter(({ subject }) => known.includes(subject))
    if (subjects.length === 0)
      throw new LimbicError('INTERPRET_UNSUPPORTED', { where: dir, model, known: [model] })
    const context: ProtocolContext = {
      ...{ pipeline, classes: manifest.classes, memo: noMemo, emit },
      ...{ rng: createRng(pipeline.seed), openEngine: openOnce(pipeline.engine) },
    }
    const found: InterpretedSubject[] = []
    const progress = { stage: 'interpret', total: subjects.length, unit: 'subjects' }
    emit({ type: 'start', ...progress })
    for (const { subject, grid, training } of subjects) {
      const calibration = await readCalibration(bundle, subject)
      const maps = await interpretSubject(
        context,
        { name: model, state: classifier },
        calibration,
        training.labelled,
      )
      found.push({ subject, grid, maps: [maps] })
      emit({ type: 'progress', ...progress, done: found.length })
    }
    return { model, classes: manifest.classes, heldOut: false, subjects: found }
  } finally {
    await rm(cacheDir, { recursive: true, force: true })
  }
}
