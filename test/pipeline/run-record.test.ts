import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noMemo } from '../../src/core/memo.ts'
import { fitCalibrationScaler, readScaledRun } from '../../src/evaluate/protocol/scale.ts'
import { indexBids, type BidsRun } from '../../src/io/bids/index.ts'
import { readNifti, writeNifti } from '../../src/io/nifti/index.ts'
import { createDiskMemo } from '../../src/pipeline/cache.ts'
import { createRunOpener } from '../../src/pipeline/open-run.ts'
import {
  maskRuns,
  recordRuns,
  unionOfMasks,
  type RunRecord,
} from '../../src/pipeline/run-record.ts'
import {
  createRecorder,
  emotionRun,
  hitsOf,
  temporaryFolder,
  tinyPipeline,
  writeDataset,
} from './_dataset.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
const classes = ['negative', 'neutral', 'rest']
const nVoxels = 10 * 10 * 8

beforeAll(() => writeDataset(bids, { subjects: 1 }))
afterAll(remove)

async function indexRuns(root = bids): Promise<readonly BidsRun[]> {
  return (await indexBids(root)).runs
}

async function record(
  settings: readonly string[] = [],
  runs?: readonly BidsRun[],
  memo = noMemo,
): Promise<readonly [film: RunRecord, emotion: RunRecord]> {
  const pipeline = tinyPipeline(...settings)
  const all = runs ?? (await indexRuns())
  const masks = await maskRuns(all, pipeline.clean, memo)
  const kept = unionOfMasks(masks)
  const records = await recordRuns(all, masks, kept, pipeline, classes, join(dir, 'series'))
  expect(records.map(({ id }) => id.task)).toEqual(['calibration', 'emotion'])
  return records as [RunRecord, RunRecord]
}

let nCopies = 0
function copyOfDataset(): string {
  const copy = join(dir, `copy-${++nCopies}`)
  cpSync(bids, copy, { recursive: true })
  return copy
}

describe('recordRuns', () => {
  it('labels no volume of a calibration task, and some of every class elsewhere', async () => {
    const [film, emotion] = await record()
    expect(film.labels).toEqual(new Int32Array(60).fill(-1))
    expect(emotion.labels).toHaveLength(81)
    expect([...new Set(emotion.labels)].sort()).toEqual([-1, 0, 1, 2].sort())
  })

  it('keeps the labels of a run of the same task when the first runs calibrate', async () => {
    const runs = (await indexRuns()).map((run) =>
      run.id.task === 'emotion' ? run : { ...run, events: emotionRun(bids, '01', 'events.tsv') },
    )
    const [film] = await record(['data.calibration={ kind: first, runs: 1 }'], runs)
    expect([...film.labels].some((label) => label >= 0)).toBe(true)
  })

  it('reports trial types that no class names', async () => {
    const [film, emotion] = await record(['label.classes={ negative: [negative] }'])
    expect(emotion.unlistedTrialTypes).toEqual(['neutral'])
    expect(film.unlistedTrialTypes).toEqual([])
    expect((await record())[1].unlistedTrialTypes).toEqual([])
  })

  it('is plain data: it survives the way to a worker', async () => {
    const [, emotion] = await record()
    expect(structuredClone(emotion)).toEqual(emotion)
  })

  it('keeps the voxels inside the mask of any run', async () => {
    const masks = { calibration: [3, 4, 5], emotion: [4, 5, 700] }
    const runs = await withMasks(masks)
    const [film, emotion] = await record(['clean.mask=brain'], runs)
    expect([...film.maskVoxels]).toEqual(masks.calibration)
    expect([...emotion.maskVoxels]).toEqual(masks.emotion)
    expect([...film.keptVoxels]).toEqual([3, 4, 5, 700])
    expect(emotion.keptVoxels).toEqual(film.keptVoxels)
  })

  it('masks nothing away when told so', async () => {
    const [film] = await record(['clean.mask=all'])
    expect(film.maskVoxels).toEqual(Int32Array.from({ length: nVoxels }, (_, v) => v))
  })

  it('remembers masks, and computes them again for another image', async () => {
    const { events, emit } = createRecorder()
    const memo = createDiskMemo(join(dir, 'cache'), emit)
    await record([], undefined, memo)
    await record(['select.k=7'], undefined, memo)
    const copy = copyOfDataset()
    changeLastVoxel(emotionRun(copy, '01', 'bold.nii.gz'))
    await record([], await indexRuns(copy), memo)
    expect(hitsOf(events, 'mask')).toEqual([false, false, true, true, true, false])
  })
})

describe('the hash of a run', () => {
  it('changes with its labels, and only that run’s', async () => {
    const copy = copyOfDataset()
    const file = emotionRun(copy, '01', 'events.tsv')
    const [header, first, ...rest] = readFileSync(file, 'utf8').split('\n')
    writeFileSync(file, [header, first!.replace(/^18\t/, '24\t'), ...rest].join('\n'))
    const before = await record()
    const after = await record([], await indexRuns(copy))
    expect(after[1].labels).not.toEqual(before[1].labels)
    expect(after[1].sha256).not.toBe(before[1].sha256)
    expect(after[0].sha256).toBe(before[0].sha256)
  })

  it('changes with the image, the mask and how volumes are labelled', async () => {
    const [, before] = await record()
    const copy = copyOfDataset()
    changeLastVoxel(emotionRun(copy, '01', 'bold.nii.gz'))
    const others = [
      await record([], await indexRuns(copy)),
      await record(['clean.mask=all']),
      await record(['label.method={ kind: shift }']),
      await record(['label.classes={ negative: [neutral], neutral: [negative] }']),
    ]
    expect(
      new Set([before, ...others.map(([, run]) => run)].map(({ sha256 }) => sha256)).size,
    ).toBe(5)
  })

  it('does not change with settings that it does not depend on, nor with the place of the dataset', async () => {
    const before = await record()
    const settings = ['seed=9', 'select.k=7', 'clean.detrend=2', 'classify.model=ridge', 'name=x']
    const after = await record(settings, await indexRuns(copyOfDataset()))
    expect(after.map(({ sha256 }) => sha256)).toEqual(before.map(({ sha256 }) => sha256))
  })
})

describe('a voxel outside the masks of its subject', () => {
  it('reads 0, has no spread and is scaled to 0', async () => {
    const [film, emotion] = (await record()).map(createRunOpener())
    const inside = film!.maskVoxels[0]!
    const outside = Int32Array.from({ length: nVoxels }, (_, v) => v).find(
      (v) => !film!.maskVoxels.includes(v) && !emotion!.maskVoxels.includes(v),
    )!
    const voxels = Int32Array.of(outside, inside)
    const { data: image } = await readNifti(emotionRun(bids, '01', 'bold.nii.gz'))
    expect(image[outside]).not.toBe(0) // there is something to be masked
    const { data } = await emotion!.readSeries(voxels)
    const column = (values: Float32Array, at: number): number[] =>
      Array.from({ length: 81 }, (_, t) => values[2 * t + at]!)
    expect(column(data, 0)).toEqual(Array<number>(81).fill(0))
    expect(column(data, 1)[5]).toBe(Math.fround(image[5 * nVoxels + inside]!))

    const { clean } = tinyPipeline()
    const scaler = await fitCalibrationScaler([film!], voxels, clean)
    expect(scaler.sd[0]).toBe(0)
    expect(scaler.sd[1]).toBeGreaterThan(0)
    for (const baseline of ['calibration', 'running'] as const) {
      const scaled = await readScaledRun(emotion!, voxels, scaler, baseline)
      expect(column(scaled.data, 0).every((value) => value === 0)).toBe(true)
      expect(column(scaled.data, 1).some((value) => value !== 0)).toBe(true)
    }
  })
})

describe('what a run lacks', () => {
  it('is a brain mask', async () => {
    await expect(record(['clean.mask=brain'])).rejects.toMatchObject({ code: 'BRAIN_MASK_MISSING' })
  })

  it('is a brain mask of its own size', async () => {
    const mask = join(dir, 'small_mask.nii.gz')
    await writeMask(mask, [1], [2, 2, 2])
    const runs = (await indexRuns()).map((run) => ({ ...run, mask }))
    await expect(record(['clean.mask=brain'], runs)).rejects.toMatchObject({
      code: 'MASK_SIZE_MISMATCH',
      details: { mask, found: '8 voxels' },
    })
  })

  it('is its confounds', async () => {
    await expect(record(['clean.confounds=[csf]'])).rejects.toMatchObject({
      code: 'CONFOUNDS_MISSING',
      details: { columns: ['csf'] },
    })
  })

  it('is its events: then no volume has a label', async () => {
    const runs = (await indexRuns()).map(({ events: _, ...run }) => run)
    const [film, emotion] = await record([], runs)
    expect(film.labels).toEqual(new Int32Array(60).fill(-1))
    expect(emotion.labels).toEqual(new Int32Array(81).fill(-1))
  })
})

describe('confounds', () => {
  it('are read, and count for the hash', async () => {
    const withConfounds = async (value: number): Promise<readonly RunRecord[]> => {
      const runs = (await indexRuns()).map((run) => {
        const confounds = join(dir, `${run.id.task}-${value}.tsv`)
        const rows = Array.from({ length: run.nVolumes }, (_, t) => `${value * t}\t1`)
        writeFileSync(confounds, ['csf\tother', ...rows, ''].join('\n'))
        return { ...run, confounds }
      })
      return record(['clean.confounds=[csf]'], runs)
    }
    const [film] = await withConfounds(2)
    expect(film!.confounds).toMatchObject({ nRows: 60, nCols: 1 })
    expect([...film!.confounds!.data.slice(0, 3)]).toEqual([0, 2, 4])
    const [other] = await withConfounds(3)
    expect(other!.sha256).not.toBe(film!.sha256)
  })
})

async function withMasks(
  masks: Readonly<Record<string, readonly number[]>>,
): Promise<readonly BidsRun[]> {
  const runs: BidsRun[] = []
  for (const run of await indexRuns()) {
    const mask = join(dir, `${run.id.task}_mask.nii.gz`)
    if (!existsSync(mask)) await writeMask(mask, masks[run.id.task]!, [10, 10, 8])
    runs.push({ ...run, mask })
  }
  return runs
}

function writeMask(file: string, voxels: readonly number[], shape: number[]): Promise<void> {
  const data = new Uint8Array(shape.reduce((a, b) => a * b))
  for (const voxel of voxels) data[voxel] = 1
  return writeNifti(file, { data, shape, affine: [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1] })
}

function changeLastVoxel(file: string): void {
  const bytes = gunzipSync(readFileSync(file))
  bytes[bytes.length - 4]! ^= 1
  writeFileSync(file, gzipSync(bytes))
}
