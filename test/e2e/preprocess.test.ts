/** Preprocessing as a user meets it: the built command line, good data and bad, and a pipeline on what it has made. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { indexBids } from '../../src/io/bids/index.ts'
import { readNifti, readNiftiHeader, writeNifti } from '../../src/io/nifti/index.ts'
import { hasShared, sharedPath } from '../_shared.ts'
import { headGrid, writeHeadRuns, type HeadRun } from '../pipeline/preprocess/_head-runs.ts'
import { limbic, temporaryFolder, type CliResult } from './_cli.ts'
import { writeHaxby2001 } from './_haxby2001.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)
const SliceTiming = Array.from({ length: 16 }, (_, z) => z / 8)
const good: HeadRun = { nVolumes: 16, sidecar: { SliceTiming } }

async function preprocess(
  name: string,
  runs: readonly HeadRun[],
  ...args: string[]
): Promise<CliResult & { out: string; text: string }> {
  const bids = join(dir, name)
  const out = join(dir, `${name}-out`)
  await writeHeadRuns(bids, runs)
  const result = await limbic('preprocess', bids, out, '--jobs', '1', ...args)
  return { ...result, out, text: result.stdout + result.stderr }
}

const boldOf = (out: string, run: number): string =>
  join(out, 'sub-01', 'func', `sub-01_task-rest_run-${run}_desc-preproc_bold.nii.gz`)

describe('limbic preprocess', () => {
  it('preprocesses runs in workers as in one process, and keeps what is done', async () => {
    const one = await preprocess('good', [good, good])
    expect(one.code, one.stderr).toBe(0)
    expect(one.stdout).toContain('2 runs in')
    const many = await limbic('preprocess', join(dir, 'good'), join(dir, 'many'), '--jobs', '2')
    expect(many.code, many.stderr).toBe(0)
    for (const run of [1, 2])
      expect(readFileSync(boldOf(join(dir, 'many'), run))).toEqual(
        readFileSync(boldOf(one.out, run)),
      )
    const again = await limbic('preprocess', join(dir, 'good'), one.out, '--jobs', '1')
    expect(again.stdout.match(/\(kept\)/g)).toHaveLength(2)
  })

  it('warns where slice times are missing, unless they are not wanted', async () => {
    const { code, text } = await preprocess('untimed', [{ nVolumes: 12 }])
    expect(code).toBe(0)
    expect(text).toMatch(/WARNING SLICE_TIMING_MISSING .*untimed.*Try: /)
    const out = join(dir, 'untimed-2')
    const unwanted = await limbic('preprocess', join(dir, 'untimed'), out, '--no-slice-timing')
    expect(unwanted.stdout + unwanted.stderr).not.toContain('SLICE_TIMING')
  })

  it('refuses slice times longer than the TR, and does the other runs', async () => {
    const milliseconds = { SliceTiming: SliceTiming.map((time) => 1000 * time) }
    const runs = [good, { ...good, sidecar: milliseconds }]
    const { code, stdout, out } = await preprocess('milliseconds', runs)
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /ERROR PREPROCESS_FAILED .*run-2.*SLICE_TIMING_INVALID.*TR of 2 s.*seconds \(not milliseconds\)/,
    )
    expect(existsSync(boldOf(out, 1))).toBe(true)
    expect(existsSync(boldOf(out, 2))).toBe(false)
  })

  it('names the run with another matrix', async () => {
    const narrow = { ...good, grid: { ...headGrid, shape: [18, 24, 16] as const } }
    const { code, stdout, out } = await preprocess('matrix', [good, narrow])
    expect(code).toBe(1)
    expect(stdout).toMatch(/ERROR GRID_MISMATCH .*run-2.*20 x 24 x 16.*18 x 24 x 16/)
    expect(existsSync(boldOf(out, 1))).toBe(true)
  })

  it('flags a volume of zeros and fills in for values that are no numbers', async () => {
    const spoil = (volume: Float32Array, t: number): void => {
      if (t === 5) volume.fill(0)
      if (t === 9) volume.fill(NaN, 0, 400)
    }
    const { code, text, stdout } = await preprocess('spoilt', [{ ...good, spoil }])
    expect(code).toBe(0)
    expect(text).toMatch(/WARNING VOLUMES_BLANK .*1 of 16 volumes \(0-based\): 5/)
    expect(text).toMatch(
      /WARNING VOLUMES_NOT_FINITE .*one volume \(0-based: 9\), in up to 400 voxels/,
    )
    expect(stdout).toMatch(/[1-3] of 16 volumes flagged/)
  })

  it('refuses a mosaic that poses as a volume', async () => {
    const bids = join(dir, 'mosaic')
    const func = join(bids, 'sub-01', 'func')
    mkdirSync(func, { recursive: true })
    const data = Int16Array.from({ length: 444 * 444 * 3 }, (_, i) => i % 977)
    const affine = headGrid.affine
    const stem = join(func, 'sub-01_task-rest_bold')
    await writeNifti(`${stem}.nii.gz`, { data, shape: [444, 444, 1, 3], affine, trSeconds: 2 })
    writeFileSync(`${stem}.json`, JSON.stringify({ RepetitionTime: 2, TaskName: 'rest' }))
    const { code, stdout } = await limbic('preprocess', bids, join(dir, 'mosaic-out'))
    expect(code).toBe(1)
    expect(stdout).toMatch(/PREPROCESS_FAILED .*BOLD_IS_MOSAIC.*444 x 444 x 1.*limbic convert/)
  })

  it('answers usage mistakes with exit code 2', async () => {
    expect((await limbic('preprocess', dir)).code).toBe(2)
    expect((await limbic('bids', dir, dir, 'session')).code).toBe(2)
    expect((await limbic('bids', dir, dir, 'group')).code).toBe(2)
    const unknown = await limbic('preprocess', join(dir, 'nowhere'), join(dir, 'x'))
    expect(unknown.stderr).toMatch(/FILE_NOT_FOUND.*nowhere/)
  })
})

describe.skipIf(!hasShared)('from the scanner (set LIMBIC_SHARED)', () => {
  const data = sharedPath('data', 'studyforrest-localizer-1block')
  const dicoms = join(dir, 'dicoms')
  const bids = join(dir, 'forrest')
  const stem = join('sub-02', 'func', 'sub-02_task-oneback')
  const derived = (name: string): string => join(bids, 'derivatives', 'limbic', `${stem}_${name}`)

  beforeAll(async () => {
    mkdirSync(dicoms)
    execFileSync('tar', ['xf', join(data, 'dicoms-1block.tar.xz'), '-C', dicoms])
    const events = join(data, 'events.tsv')
    const args = ['convert', dicoms, bids, '--subject', '02', '--events', events, '--preprocess']
    const result = await limbic(...args)
    expect(result.code, result.stderr).toBe(0)
    expect(result.stdout).toContain('1 run written to')
    expect(result.stdout).toMatch(/sub-02\/task-oneback\/run-1 {2}FD mean 0\.\d+ mm.*tSNR \d/)
  })

  it('makes a BIDS dataset of raw DICOM, with its events', async () => {
    expect((await limbic('validate', bids)).code).toBe(0)
    const raw = await readNiftiHeader(join(bids, `${stem}_bold.nii.gz`))
    expect(raw.shape).toEqual([80, 80, 35, 18])
    expect(readFileSync(join(bids, `${stem}_events.tsv`), 'utf8')).toContain('face')
  })

  it('takes drift and motion out of the realigned volumes and keeps the anatomy', async () => {
    const { data: before } = await readNifti(derived('desc-preproc_bold.nii.gz'))
    const { data: after, header } = await readNifti(derived('desc-clean_bold.nii.gz'))
    const { data: mask } = await readNifti(derived('desc-brain_mask.nii.gz'))
    expect(header.shape).toEqual([80, 80, 35, 18])
    const size = mask.length
    let [lost, kept, brain] = [0, 0, 0]
    for (let v = 0; v < size; v++) {
      const spread = (volumes: ArrayLike<number>): [mean: number, variance: number] => {
        let [sum, squares] = [0, 0]
        for (let t = 0; t < 18; t++) sum += volumes[t * size + v]! / 18
        for (let t = 0; t < 18; t++) squares += (volumes[t * size + v]! - sum) ** 2 / 18
        return [sum, squares]
      }
      const [mean, variance] = spread(after)
      if (mask[v] === 0) {
        expect(mean).toBe(0)
        continue
      }
      const [meanBefore, varianceBefore] = spread(before)
      brain += 1
      if (Math.abs(mean - meanBefore) < 1e-3 * Math.abs(meanBefore) + 0.1) kept += 1
      if (variance <= varianceBefore * 1.0001) lost += 1
    }
    // A litre and a half of brain, in voxels of 29.7 mm3.
    expect(brain).toBeGreaterThan(40_000)
    expect(brain).toBeLessThan(60_000)
    expect([lost, kept]).toEqual([brain, brain])
  })

  it('labels volumes by what was shown, delayed by the response', () => {
    const rows = readFileSync(derived('desc-labels_timeseries.tsv'), 'utf8').trim().split('\n')
    const labels = rows.slice(1).map((row) => row.split('\t')[2])
    const run = (label: string, n: number): string[] => Array<string>(n).fill(label)
    // Faces are shown from 12 to 28 s; volumes are 2 s apart.
    expect(labels).toEqual([...run('rest', 8), 'n/a', ...run('face', 8), 'n/a'])
  })

  it('gives a pipeline what it reads, and keeps on a second call what is there', async () => {
    const index = await indexBids(bids, { derivatives: join(bids, 'derivatives', 'limbic') })
    expect(index.findings).toEqual([])
    expect(index.runs[0]).toMatchObject({ nVolumes: 18, trSeconds: 2 })
    const derivatives = join(bids, 'derivatives', 'limbic')
    const again = await limbic('preprocess', bids, derivatives, '--clean')
    expect(again.stdout).toContain('(kept)')
  })
})

describe.skipIf(!hasShared)('Haxby 2001 (set LIMBIC_SHARED)', () => {
  it.each([
    ['bold_1slice', '40 × 20 × 1', 1],
    ['bold_25mm', '6 × 10 × 10', 3],
  ])(
    '%s: goes without motion, which it cannot tell, and says so on the page',
    async (image, size, nPlanes) => {
      const bids = join(dir, image)
      writeHaxby2001(bids, image)
      const out = join(dir, `${image}-out`)
      const result = await limbic('preprocess', bids, out, '--clean', '--jobs', '2')
      expect(result.code, result.stderr).toBe(0)
      expect(result.stdout.match(/motion not measured, \d+ of 121 volumes flagged/g)).toHaveLength(
        12,
      )
      expect(result.stdout).toContain('REALIGN_LEFT_OUT in 12')
      const stem = 'sub-001_task-objects_run-03'
      const page = readFileSync(
        join(out, 'sub-001', 'figures', `${stem}_desc-quality_bold.html`),
        'utf8',
      )
      expect(page).toContain('Motion was not measured')
      expect(page).toContain(size)
      expect(page.replace(/data:[^"]*/g, '')).not.toContain('NaN')
      // Of a single slice one plane is drawn, of each kind of image.
      expect(page.match(/<img/g)).toHaveLength(2 * nPlanes)
      const labels = readFileSync(
        join(out, 'sub-001', 'func', `${stem}_desc-labels_timeseries.tsv`),
        'utf8',
      )
      const kinds = new Set(
        labels
          .trim()
          .split('\n')
          .slice(1)
          .map((row) => row.split('\t')[2]),
      )
      // Eight categories, rest, and transitions.
      expect(kinds.size).toBe(10)
    },
  )
})

describe('limbic bids', () => {
  const bids = join(dir, 'simulated')
  const out = join(dir, 'derivatives')
  beforeAll(async () => {
    const size = ['--subjects', '5', '--shape', '12,12,10', '--volumes', '81']
    const result = await limbic('simulate', bids, ...size)
    expect(result.code, result.stderr).toBe(0)
  })

  it('preprocesses participants and runs a pipeline on the group', async () => {
    const labels = ['--participant_label', 'sub-01', '02', '03', '04']
    const participant = await limbic('bids', bids, out, 'participant', ...labels)
    expect(participant.code, participant.stderr).toBe(0)
    expect(existsSync(join(out, 'sub-05'))).toBe(false)
    const description = JSON.parse(
      readFileSync(join(out, 'dataset_description.json'), 'utf8'),
    ) as object
    expect(description).toMatchObject({
      DatasetType: 'derivative',
      BIDSVersion: '1.10.0',
      GeneratedBy: [{ Name: 'limbic' }],
    })
    const written = readdirSync(out, { recursive: true, encoding: 'utf8' })
    const bold = written.filter((name) => name.endsWith('_desc-preproc_bold.nii.gz'))
    expect(bold).toHaveLength(4 * 3)
    for (const name of written.filter((file) =>
      /desc-[a-z]+_(bold\.nii\.gz|timeseries\.tsv)$/.test(file),
    ))
      expect(written, name).toContain(name.replace(/\.(nii\.gz|tsv)$/, '.json'))
    expect((await indexBids(bids, { derivatives: out, subjects: ['01'] })).findings).toEqual([])
    const group = await limbic(
      ...['bids', bids, out, 'group', '--pipeline', 'smoke-synthetic', '--jobs', '1'],
      ...['--participant-label', '01', '02', '03', '04', '--set', 'clean.mask=brain'],
    )
    expect(group.code, group.stderr).toBe(0)
    const report = readFileSync(join(out, 'pipelines', 'smoke-synthetic', 'report.json'), 'utf8')
    const { folds, protocolText } = JSON.parse(report) as { folds: []; protocolText: string[] }
    expect(folds).toHaveLength(4)
    expect(protocolText.join(' ')).toContain('Images were preprocessed before')
  })

  it('lets a pipeline preprocess by itself', async () => {
    const result = await limbic(
      ...['run', 'smoke-synthetic', '--bids', bids, '--out', join(dir, 'run'), '--jobs', '1'],
      ...['--set', 'data.preprocess=minimal'],
    )
    expect(result.code, result.stderr).toBe(0)
    const report = readFileSync(join(dir, 'run', 'report.json'), 'utf8')
    expect(report).toContain('Preprocessing is causal in every run')
  })
})
