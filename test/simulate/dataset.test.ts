import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent, type StageEvent } from '../../src/core/events.ts'
import { readEvents, validateBids } from '../../src/io/bids/index.ts'
import { readNifti } from '../../src/io/nifti/index.ts'
import { labelVolumes } from '../../src/preprocess/labels.ts'
import { simulateDataset, type SimulateResult } from '../../src/simulate/index.ts'
import { mean, small } from './_small.ts'

let dir: string
let result: SimulateResult
const events: StageEvent[] = []
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'limbic-simulate-'))
  result = await simulateDataset(join(dir, 'real'), small, (event) => events.push(event))
})
afterAll(() => rm(dir, { recursive: true }))

const hashes = async (root: string): Promise<Record<string, string>> => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name))
  const pairs = files.sort().map(async (file) => {
    const hash = createHash('sha256').update(await readFile(file))
    return [file.slice(root.length + 1), hash.digest('hex')] as const
  })
  return Object.fromEntries(await Promise.all(pairs))
}

/** Largest difference between the mean volumes of two classes, over responding voxels, in standard errors. */
const taskEffect = async (root: string): Promise<number> => {
  const func = join(root, 'sub-01', 'func', 'sub-01_task-emotion_run-1')
  const { data } = await readNifti(`${func}_bold.nii.gz`)
  const region = (
    await readNifti(join(root, 'derivatives', 'ground-truth', 'desc-region_mask.nii.gz'))
  ).data
  const { labels } = labelVolumes(await readEvents(`${func}_events.tsv`), {
    classes: { negative: ['negative'], neutral: ['neutral'] },
    restClass: 'rest',
    nVolumes: small.volumes,
    trSeconds: 2,
    method: { kind: 'hrf' },
  })
  const voxels = [...region.keys()].filter((voxel) => region[voxel] === 1)
  const squares = voxels.map((voxel) => {
    const of = (label: number) =>
      [...labels.keys()]
        .filter((t) => labels[t] === label)
        .map((t) => data[t * region.length + voxel]!)
    const [negative, rest] = [of(0), of(2)]
    const variance = (values: number[]) =>
      values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1)
    return (
      (mean(negative) - mean(rest)) ** 2 /
      (variance(negative) / negative.length + variance(rest) / rest.length)
    )
  })
  return mean(squares)
}

describe('simulateDataset', () => {
  it('writes a dataset that validates without a finding', async () => {
    const { dataset, findings } = await validateBids(join(dir, 'real'), { full: true })
    const errors = findings.map((finding) => finding.code)
    expect(errors).toEqual([])
    expect(dataset.runs.map((run) => [run.key, run.nVolumes, run.trSeconds])).toEqual([
      ['sub-01/task-calibration/run-1', 40, 2],
      ['sub-01/task-emotion/run-1', 81, 2],
      ['sub-02/task-calibration/run-1', 40, 2],
      ['sub-02/task-emotion/run-1', 81, 2],
    ])
  })

  it('returns what it wrote', () => {
    expect(result.subjects).toEqual(['01', '02'])
    expect(result.nRuns).toBe(4)
    expect(result.oracle.accuracy).toBeGreaterThan(result.options.subjects / 6)
    expect(result.oracle.accuracy).toBeLessThanOrEqual(1)
  })

  it('gives the same bytes for the same options, and others for another seed', async () => {
    await simulateDataset(join(dir, 'again'), small, silent)
    await simulateDataset(join(dir, 'other'), { ...small, seed: 1 }, silent)
    const [real, again, other] = await Promise.all(
      ['real', 'again', 'other'].map((name) => hashes(join(dir, name))),
    )
    expect(again).toEqual(real)
    expect(Object.keys(other!)).toEqual(Object.keys(real!))
    const bold = Object.keys(real!).filter((name) => name.endsWith('_bold.nii.gz'))
    expect(bold.every((name) => other![name] !== real![name])).toBe(true)
  })

  it('leaves the subjects that are there unchanged when more are asked for', async () => {
    await simulateDataset(join(dir, 'more'), { ...small, subjects: 3 }, silent)
    const [real, more] = await Promise.all(['real', 'more'].map((name) => hashes(join(dir, name))))
    const subjects = Object.keys(real!).filter((name) => /sub-0[12]/.test(name))
    expect(subjects.map((name) => more![name])).toEqual(subjects.map((name) => real![name]))
  })

  it('has a task effect, and none in a null dataset', async () => {
    await simulateDataset(join(dir, 'null'), { ...small, null: true }, silent)
    const [real, none] = [await taskEffect(join(dir, 'real')), await taskEffect(join(dir, 'null'))]
    // Squared differences in standard errors: 1 for white noise, more for noise that is correlated in time.
    expect(none).toBeLessThan(3.5)
    expect(real).toBeGreaterThan(2 * none)
  })

  it('reports each run, with the total, before and after', () => {
    expect(events[0]).toEqual({ type: 'start', stage: 'simulate', total: 4, unit: 'runs' })
    const progress = events.filter((event) => event.type === 'progress')
    expect(progress.map((event) => `${event.done}/${event.total} ${event.detail}`)).toEqual([
      '1/4 sub-01_task-calibration_run-1',
      '2/4 sub-01_task-emotion_run-1',
      '3/4 sub-02_task-calibration_run-1',
      '4/4 sub-02_task-emotion_run-1',
    ])
    expect(events.at(-1)!.type).toBe('done')
  })

  it('refuses a folder that holds something, and a file', async () => {
    await mkdir(join(dir, 'taken'))
    await writeFile(join(dir, 'taken', 'thesis.txt'), 'final')
    for (const out of [join(dir, 'taken'), join(dir, 'taken', 'thesis.txt')])
      await expect(simulateDataset(out, small, silent)).rejects.toMatchObject({
        code: 'SIMULATE_OUTPUT_TAKEN',
      })
    expect(await readdir(join(dir, 'taken'))).toEqual(['thesis.txt'])
  })

  it('refuses unusable options before it writes anything', async () => {
    const out = join(dir, 'refused')
    await expect(simulateDataset(out, { ...small, volumes: 10 }, silent)).rejects.toMatchObject({
      code: 'SIMULATE_OPTION_INVALID',
    })
    expect(await readdir(dir)).not.toContain('refused')
  })
})
