import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import { bundleSchema } from '../../../src/core/schemas/bundle.ts'
import type { Pipeline } from '../../../src/core/schemas/pipeline.ts'
import { runInProcess } from '../../../src/executors/in-process.ts'
import { readBundle } from '../../../src/pipeline/bundle/read-bundle.ts'
import { trainBundle } from '../../../src/pipeline/bundle/train-bundle.ts'
import { limbicVersion } from '../../../src/pipeline/provenance.ts'
import { runPipeline } from '../../../src/pipeline/run.ts'
import {
  createRecorder,
  hitsOf,
  listFiles,
  temporaryFolder,
  tinyPipeline,
  writeDataset,
} from '../_dataset.ts'
import { train } from './_trained.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')

beforeAll(() => writeDataset(bids))
afterAll(remove)

describe('trainBundle', () => {
  it('freezes the decoder of all subjects, with the calibration of each', async () => {
    const out = join(dir, 'plain')
    const manifest = await train(bids, out)
    expect(bundleSchema.parse(manifest)).toEqual(manifest)
    expect(manifest).toMatchObject({
      format: 'limbic-bundle-1',
      name: 'tiny',
      version: limbicVersion(),
      model: 'lda',
      classes: ['negative', 'neutral', 'rest'],
      trSeconds: 2,
      trainingSubjects: ['01', '02'],
      voxelMode: 'shared',
      baseline: 'calibration',
      nVoxels: 40,
      nFeatures: 8,
      temperature: 1,
      metrics: null,
    })
    expect(manifest.grid.shape).toEqual([10, 10, 8])
    expect(listFiles(join(out, 'bundle'))).toEqual([
      'decoder.state',
      'manifest.json',
      'manifest.state',
      'subjects/01.state',
      'subjects/02.state',
    ])
  })

  it('gives the same bytes again, and knows every run it was fitted on', async () => {
    const [one, two] = [join(dir, 'one'), join(dir, 'two')]
    expect(await train(bids, two)).toEqual(await train(bids, one))
    const { population, classifier } = await readBundle(join(one, 'bundle'))
    const runs = ['01', '02'].flatMap((subject) => [
      `sub-${subject}/task-calibration/run-1`,
      `sub-${subject}/task-emotion/run-1`,
    ])
    expect(population.fittedOn).toEqual(runs)
    expect(classifier.fittedOn.every((run) => runs.includes(run))).toBe(true)
  })

  it('decides the temperature on subjects held out of an inner fit', async () => {
    const pipeline = tinyPipeline('classify.innerSubjects=1')
    const out = join(dir, 'inner')
    const manifest = await trainBundle({ pipeline, bids, out, emit: silent })
    expect(manifest.trainingSubjects).toEqual(['01', '02', '03'])
    expect(manifest.temperature).not.toBe(1)
    expect((await readBundle(join(out, 'bundle'))).temperature).toBe(manifest.temperature)
  })

  it('says how many subjects it takes', async () => {
    await expect(train(bids, join(dir, 'few'), 'classify.innerSubjects=1')).rejects.toMatchObject({
      code: 'TOO_FEW_SUBJECTS',
      details: { found: ['01', '02'], needed: 3 },
    })
  })

  it('takes stages and figures over from the run in the same folder', async () => {
    const out = join(dir, 'run')
    const pipeline = tinyPipeline()
    const report = await runPipeline({
      pipeline,
      bids,
      out,
      resume: false,
      execute: runInProcess,
      emit: silent,
    })
    const { events, emit } = createRecorder()
    const { metrics } = await trainBundle({ pipeline, bids, out, emit })
    expect(metrics).toEqual({
      accuracy: report.summary!.accuracy.mean,
      balancedAccuracy: report.summary!.balancedAccuracy.mean,
      source: 'report.json',
    })
    expect(hitsOf(events, 'mask').every(Boolean)).toBe(true)
    expect(hitsOf(events, 'anova')).toEqual([true, true, true])
    // Figures of one pipeline are none of another's, nor of other subjects'.
    const other = tinyPipeline('classify.model=nearest-centroid')
    expect((await trainBundle({ pipeline: other, bids, out, emit: silent })).metrics).toBeNull()
    expect((await train(bids, out)).metrics).toBeNull()
  })

  it('names other settings and other data by other hashes', async () => {
    const one = await train(bids, join(dir, 'hashes'))
    const fewer = await train(bids, join(dir, 'hashes'), 'select.k=30')
    expect(fewer.pipelineSha256).not.toBe(one.pipelineSha256)
    expect(fewer.datasetSha256).toBe(one.datasetSha256)
    const moved = join(dir, 'moved')
    cpSync(bids, moved, { recursive: true })
    expect(await train(moved, join(dir, 'from-moved'))).toEqual(one)
  })
})

describe('what gives no decoder', () => {
  it.each([
    ['protocol', 'protocol', 'paper'],
    ['a control', 'classify.model', 'time-index'],
  ])('is refused before anything is read: %s', async (_, key, value) => {
    const pipeline = tinyPipeline()
    const changed =
      key === 'protocol'
        ? { ...pipeline, protocol: 'paper' as const }
        : { ...pipeline, classify: { ...pipeline.classify, model: value } }
    const out = join(dir, 'refused')
    await expect(
      trainBundle({ pipeline: changed, bids: join(dir, 'nowhere'), out, emit: silent }),
    ).rejects.toMatchObject({ code: 'PIPELINE_VALUE_INVALID', details: { key, found: value } })
  })

  it('has settings that are chosen on all subjects', async () => {
    const choose: NonNullable<Pipeline['choose']> = {
      ...{ grid: { 'select.k': [20] }, innerSubjects: 'all', by: 'accuracy' },
    }
    const pipeline = { ...tinyPipeline(), choose }
    const out = join(dir, 'choosing')
    const manifest = await trainBundle({ pipeline, bids, out, emit: silent })
    expect(manifest.nVoxels).toBe(20)
    const { pipeline: chosen } = await readBundle(join(out, 'bundle'))
    expect(chosen.select.k).toBe(20)
    expect(chosen.choose).toBeUndefined()
  })
})
