/** Published data as it would arrive: a decoder of the first six runs decodes the other six, volume by volume, as it does offline. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../src/core/events.ts'
import { noMemo } from '../../src/core/memo.ts'
import { createRng } from '../../src/core/rng.ts'
import {
  calibrateSubject,
  runFeatures,
  type Calibration,
} from '../../src/evaluate/protocol/calibration.ts'
import type { ProtocolContext } from '../../src/evaluate/protocol/context.ts'
import { fitDecoder } from '../../src/evaluate/protocol/fit.ts'
import { modelChoices } from '../../src/evaluate/protocol/fit-classifier.ts'
import type { RunData, SubjectData } from '../../src/evaluate/protocol/subject-data.ts'
import { writeBundleFiles } from '../../src/pipeline/bundle/files.ts'
import { predictImage } from '../../src/pipeline/bundle/predict-image.ts'
import { readBundle, type Bundle } from '../../src/pipeline/bundle/read-bundle.ts'
import { openDataset, recordDataset } from '../../src/pipeline/dataset.ts'
import { openOnce } from '../../src/pipeline/fold-task.ts'
import { parsePipeline } from '../../src/pipeline/load.ts'
import { replaySession } from '../../src/realtime/replay.ts'
import { startSession } from '../../src/realtime/session.ts'
import { openInProcessDecoder } from '../../src/realtime/decode/in-process-decoder.ts'
import { classifierOf } from '../../src/train/classifiers.ts'
import { applyTemperature } from '../../src/train/temperature.ts'
import { listen, readRun, scriptedSource } from '../realtime/_session.ts'
import { hasShared } from '../_shared.ts'
import { temporaryFolder } from './_cli.ts'
import { writeHaxbySlice } from './_haxby2001.ts'

const classes = ['bottle', 'cat', 'chair', 'face', 'house', 'scissors', 'scrambledpix', 'shoe']
const pipelineText = `
name: slice
steps:
  - stage: data
    calibration: { kind: first, runs: 6 }
  - stage: label
    classes: { ${classes.map((name) => `${name}: [${name}]`).join(', ')} }
    method: { kind: shift, lagSeconds: 5 }
  - stage: clean
    mask: all
    baseline: running
  - stage: select
    mode: per-subject
    k: 100
  - stage: align
    method: none
  - stage: classify
    model: lda
    innerSubjects: 0
`

const { dir, remove } = temporaryFolder()
afterAll(remove)

describe.skipIf(!hasShared)('one slice of Haxby 2001 (set LIMBIC_SHARED)', () => {
  let bundle: Bundle
  let calibration: Calibration
  let context: ProtocolContext
  let evaluation: readonly RunData[]
  const image = (run: RunData): string =>
    join(
      dir,
      'bids',
      'sub-001',
      'func',
      `sub-001_task-objects_run-${run.key.slice(-2)}_bold.nii.gz`,
    )

  beforeAll(async () => {
    await writeHaxbySlice(join(dir, 'bids'))
    const pipeline = parsePipeline(pipelineText, 'slice.yaml', [])
    const record = await recordDataset(join(dir, 'bids'), pipeline, join(dir, 'cache'), silent)
    const [subject] = openDataset(record, pipeline) as [SubjectData]
    const rotation = subject.rotations[0]!
    evaluation = rotation.evaluation
    context = {
      pipeline,
      classes: record.classes,
      memo: noMemo,
      emit: silent,
      rng: createRng(0),
      openEngine: openOnce('cpu'),
    }
    const half: SubjectData = {
      ...subject,
      runs: rotation.calibration,
      training: { calibration: rotation.calibration, labelled: rotation.calibration },
    }
    const { population, models } = await fitDecoder(context, [half], 'unaligned', modelChoices(context)) // prettier-ignore
    calibration = await calibrateSubject(context, population, half, rotation.calibration)
    const classifier = models.lda!
    const parts = { pipeline, population, classifier, temperature: 1 }
    await writeBundleFiles(
      join(dir, 'bundle'),
      {
        format: 'limbic-bundle-1',
        name: 'slice',
        version: '0',
        model: 'lda',
        classes: [...record.classes],
        grid: { shape: [...subject.grid.shape], affine: [...subject.grid.affine] },
        trSeconds: 2.5,
        trainingSubjects: ['001'],
        voxelMode: 'per-subject',
        baseline: 'running',
        nVoxels: 100,
        nFeatures: classifier.nFeatures,
        temperature: 1,
        metrics: null,
        pipelineSha256: '0',
        datasetSha256: record.sha256,
      },
      { 'decoder.state': parts, 'subjects/001.state': calibration },
    )
    bundle = await readBundle(join(dir, 'bundle'))
  })

  it('gives in stream the probabilities of predicting the files, bit for bit, and the accuracy of the evaluation', async () => {
    let [hits, offlineHits, nLabelled] = [0, 0, 0]
    let worst = 0
    for (const run of evaluation) {
      const heard = listen()
      const session = await startSession({
        ...{ bundle, calibration, onEvent: heard.onEvent, openDecoder: openInProcessDecoder },
        source: scriptedSource(await readRun(bundle, image(run))),
        dir: join(dir, 'sessions', run.key.slice(-2)),
        policy: { maxBacklog: 1000, deadlineMs: 60_000 },
      })
      await session.done
      const streamed = heard.of('feedback').map(({ feedback }) => feedback)
      const predicted: Record<string, number>[] = []
      for await (const { probabilities } of predictImage(bundle, calibration, image(run)))
        predicted.push(Object.fromEntries(classes.map((name, c) => [name, probabilities[c]!])))
      expect(streamed.map(({ probabilities }) => probabilities)).toEqual(predicted)

      // Offline, the whole run at once.
      const features = await runFeatures(context, calibration, run)
      const logits = await classifierOf('lda').score(bundle.classifier, features, context)
      const whole = applyTemperature(logits, 1).data
      for (const [t, label] of run.labels.entries()) {
        const offline = whole.subarray(t * 8, t * 8 + 8)
        classes.forEach((name, c) => {
          worst = Math.max(worst, Math.abs(streamed[t]!.probabilities![name]! - offline[c]!))
        })
        if (label < 0) continue
        nLabelled += 1
        if (streamed[t]!.predicted === classes[label]) hits += 1
        if (offline.indexOf(Math.max(...offline)) === label) offlineHits += 1
      }
      const replayed = await replaySession({ dir: session.dir, bundle, timing: 'fast' })
      expect(replayed.nDecoded).toBe(121)
    }
    expect(nLabelled).toBeGreaterThan(400)
    expect(hits).toBe(offlineHits)
    expect(hits / nLabelled).toBeGreaterThan(0.3)
    expect(worst).toBeLessThanOrEqual(1e-12)
  })
})
