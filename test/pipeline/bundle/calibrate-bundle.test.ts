import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import {
  calibrateBundle,
  type CalibrateOptions,
} from '../../../src/pipeline/bundle/calibrate-bundle.ts'
import {
  calibrateNewSubject,
  knownSubjects,
  readBundle,
  readCalibration,
} from '../../../src/pipeline/bundle/read-bundle.ts'
import type { Bundle } from '../../../src/pipeline/bundle/read-bundle.ts'
import { emotionRun, listFiles, temporaryFolder, writeDataset } from '../_dataset.ts'
import { train } from './_trained.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
let bundle: Bundle

beforeAll(async () => {
  await writeDataset(bids, { subjects: 4 })
  await train(bids, join(dir, 'out'))
  bundle = await readBundle(join(dir, 'out', 'bundle'))
})
afterAll(remove)

const calibrate = (name: string, options: Partial<CalibrateOptions> = {}) =>
  calibrateBundle({
    ...{ bundle, bids, subject: '03', out: join(dir, name), threshold: 0.7, emit: silent },
    ...options,
  })

describe('calibrateBundle', () => {
  it('writes the decoder as it was, with the new subject in it and its gate', async () => {
    const manifest = await calibrate('new')
    expect(manifest.calibrated).toMatchObject([
      { subject: '03', runs: ['sub-03/task-calibration/run-1'], gateReason: null },
    ])
    const { gate } = manifest.calibrated![0]!
    expect(gate).toMatchObject({ threshold: 0.7, nRuns: 1 })
    expect(gate!.passed).toBe(gate!.auc >= 0.7)
    const read = await readBundle(join(dir, 'new'))
    expect(knownSubjects(read.manifest)[0]).toBe('03')
    for (const [name, hash] of Object.entries(bundle.manifest.files))
      if (name !== 'manifest.state') expect(read.manifest.files[name]).toBe(hash)
    const fresh = await calibrateNewSubject(bundle, bids, '03', join(dir, 'cache'), silent)
    expect(await readCalibration(read, '03')).toEqual(fresh)
    expect(await readCalibration(read, '01')).toEqual(await readCalibration(bundle, '01'))
  })

  it('does not change the bundle it started from', async () => {
    const before = listFiles(bundle.dir).map((file) => readFileSync(join(bundle.dir, file)))
    await calibrate('untouched')
    expect(listFiles(bundle.dir).map((file) => readFileSync(join(bundle.dir, file)))).toEqual(
      before,
    )
  })

  it('replaces a subject that is calibrated again, also in place', async () => {
    await calibrate('again', { threshold: 0 })
    const first = await readBundle(join(dir, 'again'))
    const manifest = await calibrate('again', { bundle: first, threshold: 1 })
    expect(manifest.calibrated).toHaveLength(1)
    expect(manifest.calibrated![0]!.gate).toMatchObject({ threshold: 1, passed: false })
    await readBundle(join(dir, 'again'))
  })

  it('refuses subjects of the training, and folders that hold something else', async () => {
    await expect(calibrate('no', { subject: '01' })).rejects.toMatchObject({
      code: 'RT_SUBJECT_KNOWN',
    })
    mkdirSync(join(dir, 'thesis'))
    writeFileSync(join(dir, 'thesis', 'chapter-1.txt'), 'long')
    await expect(calibrate('thesis')).rejects.toThrow('chapter-1.txt')
    expect(readFileSync(join(dir, 'thesis', 'chapter-1.txt'), 'utf8')).toBe('long')
  })
})

describe('the gate', () => {
  it('is not computed where no run has labels, and says so', async () => {
    const film = join(dir, 'film')
    await writeDataset(film, { subjects: 4 })
    for (const ending of ['bold.nii.gz', 'bold.json', 'events.tsv'])
      rmSync(emotionRun(film, '03', ending), { force: true })
    const manifest = await calibrate('film-only', { bids: film })
    expect(manifest.calibrated![0]).toMatchObject({ gate: null, gateReason: 'no run has labels' })
  })

  it('leaves calibration runs out in turn, and is not passed by labels that mean nothing', async () => {
    const many = join(dir, 'many')
    await writeDataset(many, { subjects: 4, runs: 3 })
    const settings = ['data.calibration={kind: rotate}', 'align.match=condition'] as const
    await train(many, join(dir, 'many-out'), ...settings)
    const own = await readBundle(join(dir, 'many-out', 'bundle'))
    const good = await calibrate('good', { bundle: own, bids: many })
    expect(good.calibrated![0]!.gate).toMatchObject({ passed: true })
    for (const run of [1, 2, 3]) {
      const file = join(many, 'sub-03', 'func', `sub-03_task-emotion_run-${run}_events.tsv`)
      const [header, ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n')
      // The same names in another order for every run.
      const types = rows.map((row) => row.split('\t')[2]!)
      const shifted = rows.map((row, i) => {
        const cells = row.split('\t')
        cells[2] = types[(i + run) % types.length]!
        return cells.join('\t')
      })
      writeFileSync(file, `${[header, ...shifted].join('\n')}\n`)
    }
    const bad = await calibrate('bad', { bundle: own, bids: many })
    const { gate } = bad.calibrated![0]!
    expect(gate!.auc).toBeLessThan(good.calibrated![0]!.gate!.auc)
  })
})
