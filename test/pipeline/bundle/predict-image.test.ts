import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import { calibrateSubject, runFeatures } from '../../../src/evaluate/protocol/calibration.ts'
import { fitDecoder } from '../../../src/evaluate/protocol/fit.ts'
import { modelChoices } from '../../../src/evaluate/protocol/fit-classifier.ts'
import { readNifti, writeNifti } from '../../../src/io/nifti/index.ts'
import { predictImage, type VolumePrediction } from '../../../src/pipeline/bundle/predict-image.ts'
import {
  calibrateNewSubject,
  readBundle,
  readCalibration,
} from '../../../src/pipeline/bundle/read-bundle.ts'
import { recordDataset } from '../../../src/pipeline/dataset.ts'
import { classifierOf } from '../../../src/train/classifiers.ts'
import { applyTemperature } from '../../../src/train/temperature.ts'
import { emotionRun, filmRun, temporaryFolder, tinyPipeline, writeDataset } from '../_dataset.ts'
import { makeContext, openSubjects, train } from './_trained.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')

beforeAll(() => writeDataset(bids, { subjects: 4 }))
afterAll(remove)

async function collect(predictions: AsyncIterable<VolumePrediction>): Promise<VolumePrediction[]> {
  const all: VolumePrediction[] = []
  for await (const prediction of predictions) all.push(prediction)
  return all
}

describe.each(['calibration', 'running', 'none'])('predictImage with baseline %s', (baseline) => {
  it('gives a held-out subject the probabilities of the evaluation, volume for volume', async () => {
    const out = join(dir, baseline)
    const setting = `clean.baseline=${baseline}`
    await train(bids, out, setting, 'classify.innerSubjects=1')
    const bundle = await readBundle(join(out, 'bundle'))
    expect(bundle.temperature).not.toBe(1)
    const calibration = await calibrateNewSubject(bundle, bids, '03', join(out, 'new'), silent)
    const online = await collect(
      predictImage(bundle, calibration, emotionRun(bids, '03', 'bold.nii.gz')),
    )

    // Offline: what the fold that holds 03 out does.
    const pipeline = tinyPipeline(setting)
    const context = makeContext(pipeline)
    const subjects = await openSubjects(bids, out, pipeline)
    const decoder = await fitDecoder(
      context,
      subjects.filter((one) => one.subject !== '03'),
      'calibrated',
      modelChoices(context),
    )
    const subject = subjects[2]!
    const [{ calibration: film, evaluation }] = subject.rotations as [
      (typeof subject.rotations)[number],
    ]
    const own = await calibrateSubject(context, decoder.population, subject, film)
    const features = await runFeatures(context, own, evaluation[0]!)
    const logits = await classifierOf('lda').score(decoder.models.lda!, features, context)
    const offline = applyTemperature(logits, bundle.temperature)

    expect(online.map(({ volume }) => volume)).toEqual(Array.from({ length: 81 }, (_, t) => t))
    const worst = Math.max(
      ...online.flatMap(({ probabilities }, t) =>
        Array.from(probabilities, (p, c) => Math.abs(p - offline.data[t * 3 + c]!)),
      ),
    )
    expect(worst).toBeLessThanOrEqual(1e-12)
  })
})

describe('predictImage for a pipeline that preprocesses by itself', () => {
  const raw = join(dir, 'raw')
  const out = join(dir, 'minimal')
  const minimal = 'data.preprocess=minimal'
  const shape = [20, 22, 16] as const

  beforeAll(async () => {
    await writeDataset(raw, { subjects: 3, shape, volumes: 81, calibrationVolumes: 40 })
    // Interleaved slices, for every run.
    const SliceTiming = Array.from({ length: 16 }, (_, z) => ((z * 7) % 16) / 16)
    for (const task of ['emotion', 'calibration']) {
      const file = join(raw, `task-${task}_bold.json`)
      const sidecar = JSON.parse(readFileSync(file, 'utf8')) as object
      writeFileSync(file, JSON.stringify({ ...sidecar, SliceTiming }))
    }
    await train(raw, out, minimal)
  })

  it('gives the raw run of a held-out subject what the evaluation gives the preprocessed one', async () => {
    const bundle = await readBundle(join(out, 'bundle'))
    const toDecode = ['sub-03/task-emotion/run-1']
    const own = await calibrateNewSubject(bundle, raw, '03', join(out, 'new'), silent, toDecode)
    const image = emotionRun(raw, '03', 'bold.nii.gz')
    const online = await collect(predictImage(bundle, own, image))

    const record = await recordDataset(raw, tinyPipeline(minimal), join(out, 'offline'), silent)
    const prepared = record.subjects[2]!.runs.find(({ key }) => key === toDecode[0])!.bold
    expect(prepared).toContain('desc-preproc')
    const offline = await collect(predictImage(bundle, own, prepared))
    const numbers = (rows: readonly VolumePrediction[]): unknown =>
      rows.map(({ volume, probabilities }) => ({ volume, probabilities }))
    expect(numbers(online)).toEqual(numbers(offline))

    // The raw run taken for a preprocessed one gives something else.
    const { data: raw3, header } = await readNifti(image)
    const posing = join(dir, 'sub-03_task-emotion_desc-preproc_bold.nii.gz')
    const affine = [...header.grid.affine]
    await writeNifti(posing, { data: raw3, shape: [...header.shape], affine })
    expect(numbers(await collect(predictImage(bundle, own, posing)))).not.toEqual(numbers(offline))
  })

  it('brings the reference of training subjects along, and asks for one where there is none', async () => {
    const bundle = await readBundle(join(out, 'bundle'))
    const { preprocessing, ...without } = await readCalibration(bundle, '01')
    expect(preprocessing!.grid.shape).toEqual(shape)
    expect(preprocessing!.schedule!.timesSeconds).toHaveLength(16)
    const image = emotionRun(raw, '01', 'bold.nii.gz')
    await expect(collect(predictImage(bundle, without, image))).rejects.toMatchObject({
      code: 'CALIBRATION_REFERENCE_MISSING',
    })
  })

  it('refuses a run that lies elsewhere than the calibration', async () => {
    const bundle = await readBundle(join(out, 'bundle'))
    const own = await readCalibration(bundle, '01')
    const { grid } = own.preprocessing!
    const affine = grid.affine.map((value, i) => (i === 3 ? value + 4 : value))
    const elsewhere = {
      ...own,
      preprocessing: { ...own.preprocessing!, grid: { ...grid, affine } },
    }
    await expect(
      collect(predictImage(bundle, elsewhere, emotionRun(raw, '01', 'bold.nii.gz'))),
    ).rejects.toThrow(/as the calibration of sub-01/)
  })
})

describe('predictImage', () => {
  const out = join(dir, 'plain')
  beforeAll(() => train(bids, out))

  it('gives probabilities that sum to 1, the best of them, and how long it took', async () => {
    const bundle = await readBundle(join(out, 'bundle'))
    const calibration = await readCalibration(bundle, '01')
    const rows = await collect(
      predictImage(bundle, calibration, emotionRun(bids, '01', 'bold.nii.gz')),
    )
    for (const { probabilities, best, latencyMs } of rows) {
      expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
      expect(probabilities[best]).toBe(Math.max(...probabilities))
      expect(latencyMs).toBeGreaterThan(0)
    }
    expect(new Set(rows.map(({ best }) => best)).size).toBe(3)
  })

  it('does not look ahead: a run cut short has the same beginning', async () => {
    const whole = emotionRun(bids, '02', 'bold.nii.gz')
    const { data, header } = await readNifti(whole)
    const start = join(dir, 'start.nii.gz')
    await writeNifti(start, {
      data: data.slice(0, 800 * 20),
      shape: [10, 10, 8, 20],
      affine: [...header.grid.affine],
      trSeconds: 2,
    })
    for (const baseline of ['calibration', 'running']) {
      const folder = join(dir, `cut-${baseline}`)
      await train(bids, folder, `clean.baseline=${baseline}`)
      const bundle = await readBundle(join(folder, 'bundle'))
      const calibration = await readCalibration(bundle, '02')
      const of = async (image: string): Promise<unknown> =>
        (await collect(predictImage(bundle, calibration, image)))
          .slice(0, 20)
          .map(({ volume, probabilities }) => ({ volume, probabilities }))
      expect(await of(start)).toEqual(await of(whole))
    }
  })

  it('starts afresh with each image', async () => {
    const bundle = await readBundle(join(out, 'bundle'))
    const calibration = await readCalibration(bundle, '01')
    const image = filmRun(bids, '01', 'bold.nii.gz')
    const rows = async (): Promise<unknown> =>
      (await collect(predictImage(bundle, calibration, image))).map((row) => row.probabilities)
    expect(await rows()).toEqual(await rows())
  })

  it('refuses an image on another grid', async () => {
    const bundle = await readBundle(join(out, 'bundle'))
    const calibration = await readCalibration(bundle, '01')
    const image = join(dir, 'other.nii.gz')
    await writeNifti(image, {
      data: new Float32Array(9 * 10 * 8 * 2),
      shape: [9, 10, 8, 2],
      affine: [...bundle.manifest.grid.affine],
      trSeconds: 2,
    })
    await expect(collect(predictImage(bundle, calibration, image))).rejects.toMatchObject({
      code: 'BUNDLE_GRID_MISMATCH',
      details: {
        image,
        expected: expect.stringContaining('10 x 10 x 8 voxels') as unknown,
        found: expect.stringContaining('9 x 10 x 8 voxels') as unknown,
      },
    })
  })
})
