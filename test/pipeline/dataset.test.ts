import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../src/core/events.ts'
import { isLimbicError } from '../../src/core/errors/index.ts'
import type { LabelStep } from '../../src/core/schemas/pipeline.ts'
import {
  classNames,
  openDataset,
  recordDataset,
  type DatasetRecord,
} from '../../src/pipeline/dataset.ts'
import {
  createRecorder,
  emotionRun,
  filmRun,
  temporaryFolder,
  tinyPipeline,
  writeDataset,
} from './_dataset.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
const cache = join(dir, 'cache')

beforeAll(() => writeDataset(bids))
afterAll(remove)

const record = (settings: readonly string[] = [], root = bids): Promise<DatasetRecord> =>
  recordDataset(root, tinyPipeline(...settings), cache, silent)

let nCopies = 0
function copyOfDataset(): string {
  const copy = join(dir, `copy-${++nCopies}`)
  cpSync(bids, copy, { recursive: true })
  return copy
}

async function findingsOf(root: string, ...settings: string[]): Promise<readonly string[]> {
  const error: unknown = await record(settings, root).catch((thrown: unknown) => thrown)
  expect(isLimbicError(error, 'DATASET_UNUSABLE'), String(error)).toBe(true)
  return (error as { details: { findings: readonly string[] } }).details.findings
}

describe('recordDataset', () => {
  it('records subjects in order, with their runs, and tells of progress', async () => {
    const { events, emit } = createRecorder()
    const dataset = await recordDataset(bids, tinyPipeline(), cache, emit)
    expect(dataset.subjects.map(({ subject }) => subject)).toEqual(['01', '02', '03'])
    for (const { subject, grid, runs } of dataset.subjects) {
      expect(grid.shape).toEqual([10, 10, 8])
      expect(runs.map(({ key }) => key)).toEqual([
        `sub-${subject}/task-calibration/run-1`,
        `sub-${subject}/task-emotion/run-1`,
      ])
    }
    expect(dataset).toMatchObject({
      root: bids,
      classes: ['negative', 'neutral', 'rest'],
      trSeconds: 2,
      findings: [],
    })
    const progress = events.flatMap((event) => (event.type === 'progress' ? [event.done] : []))
    expect(progress).toEqual([1, 2, 3])
    expect(events.at(-1)).toMatchObject({ type: 'done', stage: 'read' })
  })

  it('uses the subjects and tasks that the pipeline names', async () => {
    const some = await record(['data.subjects=["02", "03"]', 'data.exclude=["03"]'])
    expect(some.subjects.map(({ subject }) => subject)).toEqual(['02'])
    const task = await record(['data.tasks=[emotion]'])
    expect(task.subjects.flatMap(({ runs }) => runs.map(({ id }) => id.task))).toEqual(
      Array(3).fill('emotion'),
    )
  })

  it('has a hash of its contents, not of its place or of settings that do not touch it', async () => {
    const { sha256 } = await record()
    expect((await record(['seed=3', 'select.k=9'], copyOfDataset())).sha256).toBe(sha256)
    expect((await record(['data.exclude=["03"]'])).sha256).not.toBe(sha256)
    expect((await record(['label.method={ kind: shift }'])).sha256).not.toBe(sha256)
  })

  it('warns of trial types that no class names, in the record and as an event', async () => {
    const { events, emit } = createRecorder()
    const settings = ['label.classes={ negative: [negative], other: [otherr] }']
    const dataset = await recordDataset(bids, tinyPipeline(...settings), cache, emit)
    expect(dataset.findings).toMatchObject([{ code: 'TRIAL_TYPES_UNLISTED', severity: 'warning' }])
    expect(dataset.findings[0]!.message).toContain('found neutral')
    expect(events).toContainEqual({ type: 'finding', finding: dataset.findings[0] })
  })
})

describe('a dataset that cannot be used', () => {
  it('names every run without events, but not the film', async () => {
    const copy = copyOfDataset()
    for (const subject of ['01', '03']) rmSync(emotionRun(copy, subject, 'events.tsv'))
    rmSync(filmRun(copy, '02', 'events.tsv'))
    const findings = await findingsOf(copy)
    expect(findings).toHaveLength(2)
    expect(findings[0]).toMatch(/^EVENTS_MISSING .*sub-01_task-emotion_run-1/)
    expect(findings[1]).toMatch(/^EVENTS_MISSING .*sub-03_task-emotion_run-1/)
  })

  it('can be used without the subjects that are at fault', async () => {
    const copy = copyOfDataset()
    rmSync(emotionRun(copy, '02', 'events.tsv'))
    writeFileSync(filmRun(copy, '02', 'bold.nii.gz'), '')
    expect((await findingsOf(copy)).length).toBeGreaterThanOrEqual(2)
    const rest = await record(['data.exclude=["02"]'], copy)
    expect(rest.subjects.map(({ subject }) => subject)).toEqual(['01', '03'])
    expect(rest.findings).toEqual([])
  })

  it('holds no run that the pipeline asks for', async () => {
    expect((await findingsOf(bids, 'data.tasks=[sleep]')).join()).toMatch(/run/i)
    expect(await findingsOf(bids, 'data.exclude=["01", "02", "03"]')).toHaveLength(1)
  })

  it('holds a subject of one class only', async () => {
    const copy = copyOfDataset()
    const file = emotionRun(copy, '02', 'events.tsv')
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('neutral', 'negative'))
    const classes = 'label.classes={ negative: [negative], neutral: [neutral] }'
    const pipeline = tinyPipeline(classes)
    const label = withoutRest(pipeline.label)
    await expect(recordDataset(copy, { ...pipeline, label }, cache, silent)).rejects.toMatchObject({
      code: 'ONE_CLASS_ONLY',
      details: { subject: '02', classes: ['negative', 'neutral'] },
    })
  })
})

describe('openDataset', () => {
  it('splits the runs of each subject; their numbers come from disk', async () => {
    const [subject] = openDataset(await record(), tinyPipeline())
    const [rotation] = subject!.rotations
    expect(rotation!.calibration.map(({ id }) => id.task)).toEqual(['calibration'])
    expect(rotation!.evaluation.map(({ id }) => id.task)).toEqual(['emotion'])
    const run = rotation!.evaluation[0]!
    const { nRows, nCols } = await run.readSeries(run.maskVoxels)
    expect([nRows, nCols]).toEqual([81, run.maskVoxels.length])
  })

  it('refuses subjects on different grids where they share voxels, and only there', async () => {
    const dataset = await record()
    const odd: DatasetRecord = {
      ...dataset,
      subjects: dataset.subjects.map((one) =>
        one.subject === '02' ? { ...one, grid: { ...one.grid, shape: [9, 10, 8] } } : one,
      ),
    }
    const code = (...settings: string[]): unknown => {
      try {
        return openDataset(odd, tinyPipeline(...settings)).length
      } catch (error) {
        return (error as { code: string }).code
      }
    }
    expect(code()).toBe('GRIDS_DIFFER')
    expect(code('select.mode=all')).toBe('GRIDS_DIFFER')
    expect(code('select.mode=per-subject')).toBe(3)
    expect(code('evaluate.split=leave-one-run-out')).toBe(3)
  })

  it('refuses a subject whose runs do not split', async () => {
    const dataset = await record(['data.tasks=[emotion]'])
    expect(() => openDataset(dataset, tinyPipeline())).toThrow(
      expect.objectContaining({ code: 'STRICT_NEEDS_TWO_RUNS' }),
    )
  })
})

describe('classNames', () => {
  const { label } = tinyPipeline()

  it('are those of the pipeline in order, rest last', () => {
    const classes = { b: ['x'], a: ['y'] }
    expect(classNames({ label: { ...label, classes } })).toEqual(['b', 'a', 'rest'])
  })

  it('name rest once when it has trial types of its own', () => {
    const classes = { rest: ['fixation'], a: ['y'] }
    expect(classNames({ label: { ...label, classes } })).toEqual(['rest', 'a'])
  })

  it('hold no rest that is not asked for', () => {
    expect(classNames({ label: withoutRest(label) })).toEqual(['negative', 'neutral'])
  })
})

function withoutRest(label: LabelStep): LabelStep {
  const named = { ...label }
  delete named.rest
  return named
}
