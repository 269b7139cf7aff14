import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import { readNifti } from '../../../src/io/nifti/index.ts'
import { recordDataset } from '../../../src/pipeline/dataset.ts'
import { prepareRuns } from '../../../src/pipeline/preprocess/prepare-runs.ts'
import { createRecorder, hitsOf, temporaryFolder, tinyPipeline, writeDataset } from '../_dataset.ts'
import { nHeadVoxels, readRuns, writeHeadRuns, type HeadRun } from './_head-runs.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)
const SliceTiming = Array.from({ length: 16 }, (_, z) => z / 8)
const minimal = 'data.preprocess=minimal'

/** A film and a scored run; what is scored may be changed from some volume on. */
async function prepare(name: string, film: HeadRun, scored: HeadRun, ...settings: string[]) {
  const bids = join(dir, name)
  await writeHeadRuns(bids, [{ nVolumes: 16, ...film }], 'calibration')
  await writeHeadRuns(bids, [{ nVolumes: 16, sidecar: { SliceTiming }, ...scored }], 'emotion')
  const pipeline = tinyPipeline(minimal, ...settings)
  return prepareRuns(await readRuns(bids), pipeline, join(dir, `${name}-cache`), silent)
}

describe('prepareRuns', () => {
  it('hands runs on where nothing is asked for', async () => {
    const bids = join(dir, 'plain')
    await writeHeadRuns(bids, [{ nVolumes: 4 }])
    const runs = await readRuns(bids)
    expect(await prepareRuns(runs, tinyPipeline(), dir, silent)).toEqual({
      runs,
      findings: [],
      minimal: {},
    })
  })

  it('makes no scored volume depend on a later one', async () => {
    const late = (volume: Float32Array, t: number): void => {
      if (t >= 10) for (let v = 0; v < nHeadVoxels; v++) volume[v]! *= 1 + 0.3 * Math.sin(v / 50)
    }
    const plain = await prepare('plain-task', {}, {})
    const changed = await prepare('changed-task', {}, { spoil: late })
    const index = plain.runs.findIndex(({ id }) => id.task === 'emotion')
    const a = (await readNifti(plain.runs[index]!.bold)).data
    const b = (await readNifti(changed.runs[index]!.bold)).data
    expect(b.slice(0, 10 * nHeadVoxels)).toEqual(a.slice(0, 10 * nHeadVoxels))
    expect(b.slice(10 * nHeadVoxels)).not.toEqual(a.slice(10 * nHeadVoxels))
  })

  it.each(['data.calibration={ kind: rotate }', 'evaluate.split=leave-one-run-out'])(
    'refuses to realign calibration runs to a scored one: %s',
    async (setting) => {
      const pipeline = tinyPipeline(minimal, setting)
      await expect(prepareRuns([], pipeline, dir, silent)).rejects.toThrow(/scored in turn/)
    },
  )

  it('takes the reference from the calibration run', async () => {
    const moved: HeadRun = { motion: () => [0, 2, 0, 0, 0, 0] }
    const { runs, findings } = await prepare('reference', {}, moved)
    const [film, scored] = runs
    expect(film!.bold).toContain(join('reference-cache', 'preprocess', 'sub-01', 'func'))
    const { readConfounds } = await import('../../../src/io/bids/index.ts')
    const { data } = await readConfounds(scored!.confounds!, ['trans_y'])
    data.forEach((mm) => expect(mm).toBeCloseTo(2, 0))
    expect(findings.map(({ code }) => code)).toEqual(['SLICE_TIMING_MISSING'])
  })

  it.each([
    ['data.preprocess=fmriprep', /data.derivatives/],
    [minimal, /raw images/],
  ])('refuses settings that contradict each other: %s', async (setting, words) => {
    const extra = setting === minimal ? ['data.derivatives=somewhere'] : []
    const pipeline = tinyPipeline(setting, ...extra)
    await expect(prepareRuns([], pipeline, dir, silent)).rejects.toThrow(words)
  })
})

describe('recordDataset with data.preprocess: minimal', () => {
  const bids = join(dir, 'simulated')
  beforeAll(() => writeDataset(bids, { subjects: 2 }))

  it('reads the preprocessed images, and finds them again', async () => {
    const cache = join(dir, 'simulated-cache')
    const pipeline = tinyPipeline(minimal)
    const first = await recordDataset(bids, pipeline, cache, silent)
    for (const { runs } of first.subjects)
      for (const run of runs) expect(run.bold).toContain('desc-preproc_bold.nii.gz')
    const { events, emit } = createRecorder()
    const second = await recordDataset(bids, pipeline, cache, emit)
    expect(second).toEqual(first)
    expect(hitsOf(events, 'preprocess')).toEqual([true, true, true, true])
    const raw = await recordDataset(bids, tinyPipeline(), cache, silent)
    expect(raw.sha256).not.toBe(first.sha256)
  })
})
