import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import { calibrateSubject } from '../../../src/evaluate/protocol/calibration.ts'
import { readBundleFile, writeBundleFiles } from '../../../src/pipeline/bundle/files.ts'
import {
  assertSameGrid,
  calibrateNewSubject,
  readBundle,
  readCalibration,
  type Bundle,
} from '../../../src/pipeline/bundle/read-bundle.ts'
import {
  emotionRun,
  filmRun,
  listFiles,
  temporaryFolder,
  tinyPipeline,
  writeDataset,
} from '../_dataset.ts'
import { makeContext, openSubjects, train } from './_trained.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
const trained = join(dir, 'trained', 'bundle')
let bundle: Bundle

beforeAll(async () => {
  await writeDataset(bids)
  await train(bids, join(dir, 'trained'))
  bundle = await readBundle(trained)
})
afterAll(remove)

let nCopies = 0
function copyOf(folder: string): string {
  const copy = join(dir, `copy-${++nCopies}`)
  cpSync(folder, copy, { recursive: true })
  return copy
}

describe('readBundle', () => {
  it('gives the decoder with the settings it was trained under', () => {
    expect(bundle.dir).toBe(trained)
    expect(bundle.pipeline).toEqual(tinyPipeline('data.exclude=["03"]'))
    expect(bundle.population.subjects).toEqual(['01', '02'])
    expect(bundle.population.selection!.voxels).toHaveLength(40)
    expect(bundle.classifier).toMatchObject({ nFeatures: 8, nClasses: 3 })
    expect(bundle.temperature).toBe(1)
  })

  it.each(['decoder.state', 'subjects/01.state', 'subjects/02.state'])(
    'refuses a bundle whose %s was changed or is gone',
    async (name) => {
      const copy = copyOf(trained)
      const file = join(copy, name)
      const bytes = readFileSync(file)
      bytes[Math.floor(bytes.length / 2)]! ^= 1
      writeFileSync(file, bytes)
      await expect(readBundle(copy)).rejects.toMatchObject({ code: 'BUNDLE_HASH_MISMATCH' })
      rmSync(file)
      await expect(readBundle(copy)).rejects.toMatchObject({ code: 'BUNDLE_HASH_MISMATCH' })
    },
  )

  it('refuses a decoder of other classes than its manifest names', async () => {
    const { files, ...manifest } = bundle.manifest
    const states = await Promise.all(
      Object.keys(files).map(
        async (name) => [name, await readBundleFile(trained, bundle.manifest, name)] as const,
      ),
    )
    const other = join(dir, 'other-classes')
    const classes = ['negative', 'rest']
    await writeBundleFiles(other, { ...manifest, classes }, Object.fromEntries(states))
    await expect(readBundle(other)).rejects.toMatchObject({
      code: 'BUNDLE_INVALID',
      details: {
        expected: 'a model of the 2 classes negative, rest',
        found: 'a model that was trained on 3 classes',
      },
    })
  })

  it('covers every file by the manifest', () => {
    expect(listFiles(trained)).toEqual(
      ['manifest.json', ...Object.keys(bundle.manifest.files)].sort(),
    )
  })
})

describe('readCalibration', () => {
  it('gives the way of a training subject into the common space', async () => {
    const calibration = await readCalibration(bundle, '02')
    expect(calibration).toMatchObject({ subject: '02', variant: 'calibrated' })
    expect(calibration.selection).toEqual(bundle.population.selection)
    expect(calibration.scaler!.fittedOn).toEqual(['sub-02/task-calibration/run-1'])
    expect(calibration.mapper).not.toBeNull()
  })

  it('names the subjects that there are', async () => {
    await expect(readCalibration(bundle, '03')).rejects.toMatchObject({
      code: 'BUNDLE_SUBJECT_UNKNOWN',
      details: { subject: '03', known: ['01', '02'], bundle: trained },
    })
  })
})

describe('calibrateNewSubject', () => {
  const calibrate = (root: string, own = bundle): ReturnType<typeof calibrateNewSubject> =>
    calibrateNewSubject(own, root, '03', join(dir, 'cache'), silent)

  it('does what the evaluation does with a held-out subject', async () => {
    const calibration = await calibrate(bids)
    const subject = (await openSubjects(bids, dir, tinyPipeline()))[2]!
    const offline = await calibrateSubject(
      makeContext(bundle.pipeline),
      { ...bundle.population, calibrations: {} },
      subject,
      subject.rotations[0]!.calibration,
    )
    expect(calibration).toEqual(offline)
    expect(calibration.scaler!.fittedOn).toEqual(['sub-03/task-calibration/run-1'])
    expect(calibration.mapper!.fittedOn).toContain('sub-03/task-calibration/run-1')
    expect(calibration.mapper!.fittedOn).not.toContain('sub-03/task-emotion/run-1')
  })

  it('does not look at evaluation runs or their events', async () => {
    const copy = copyOf(bids)
    const file = emotionRun(copy, '03', 'events.tsv')
    const swapped = readFileSync(file, 'utf8')
      .replaceAll('negative', 'n')
      .replaceAll('neutral', 'negative')
    writeFileSync(file, swapped.replaceAll('\tn\n', '\tneutral\n'))
    expect(await calibrate(copy)).toEqual(await calibrate(bids))
  })

  it('needs nothing but the calibration runs, as before a first session', async () => {
    const copy = copyOf(bids)
    for (const subject of ['01', '02']) rmSync(join(copy, `sub-${subject}`), { recursive: true })
    for (const suffix of ['bold.nii.gz', 'events.tsv']) rmSync(emotionRun(copy, '03', suffix))
    expect(await calibrate(copy)).toMatchObject({
      subject: '03',
      scaler: { fittedOn: ['sub-03/task-calibration/run-1'] },
    })
  })

  it('takes a subject whose evaluation runs have no events: they are there to be decoded', async () => {
    const copy = copyOf(bids)
    rmSync(emotionRun(copy, '03', 'events.tsv'))
    expect(await calibrate(copy)).toEqual(await calibrate(bids))
  })

  it('takes the first runs alone where the first runs calibrate', async () => {
    const setting = 'data.calibration={ kind: first, runs: 1 }'
    await train(bids, join(dir, 'first'), setting, 'data.tasks=[emotion, calibration]')
    const own = await readBundle(join(dir, 'first', 'bundle'))
    const both = await calibrate(bids, own)
    const copy = copyOf(bids)
    for (const suffix of ['bold.nii.gz', 'events.tsv']) rmSync(emotionRun(copy, '03', suffix))
    expect((await calibrate(copy, own)).scaler!.fittedOn).toEqual(both.scaler!.fittedOn)
  })

  it('says which runs calibrate when there is none', async () => {
    const copy = copyOf(bids)
    for (const suffix of ['bold.nii.gz', 'events.tsv']) rmSync(filmRun(copy, '03', suffix))
    await expect(calibrate(copy)).rejects.toMatchObject({
      code: 'CALIBRATION_RUNS_MISSING',
      details: { subject: '03', nCalibration: 0 },
    })
  })

  it('refuses a subject whose images lie on another grid', async () => {
    const manifest = { ...bundle.manifest, grid: { ...bundle.manifest.grid, shape: [9, 10, 8] } }
    await expect(calibrate(bids, { ...bundle, manifest } as Bundle)).rejects.toMatchObject({
      code: 'BUNDLE_GRID_MISMATCH',
      details: { image: 'sub-03' },
    })
  })
})

describe('assertSameGrid', () => {
  it('compares sizes and places', () => {
    const { grid } = bundle.manifest
    expect(assertSameGrid(bundle.manifest, grid, 'a.nii')).toBeUndefined()
    const moved = grid.affine.map((value, i) => (i === 3 ? value + 1 : value))
    for (const other of [
      { ...grid, shape: [10, 10, 9] as const },
      { ...grid, shape: [8, 10, 10] as const },
      { ...grid, affine: moved },
    ])
      expect(() => assertSameGrid(bundle.manifest, other, 'a.nii')).toThrow(
        expect.objectContaining({ code: 'BUNDLE_GRID_MISMATCH' }),
      )
    const own = { ...bundle.manifest, voxelMode: 'per-subject' as const }
    expect(assertSameGrid(own, { ...grid, affine: moved }, 'a.nii')).toBeUndefined()
  })
})
