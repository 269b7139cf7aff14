/** Bad input, as a user meets it: a paragraph that names file, expectation and remedy, and an exit code that is not zero. */
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeNifti } from '../../src/io/nifti/index.ts'
import { hasShared, sharedPath } from '../_shared.ts'
import { limbic, temporaryFolder, type CliResult } from './_cli.ts'

const { dir, remove } = temporaryFolder()
const good = join(dir, 'good')

beforeAll(async () => {
  const args = ['--subjects', '4', '--shape', '12,12,8', '--volumes', '81']
  const result = await limbic('simulate', good, ...args)
  expect(result.code, result.stderr).toBe(0)
})
afterAll(remove)

let nCopies = 0
function copyOfGood(): string {
  const copy = join(dir, `copy-${++nCopies}`)
  cpSync(good, copy, { recursive: true })
  return copy
}

const emotionRun = (bids: string, subject: string, suffix: string): string =>
  join(bids, `sub-${subject}`, 'func', `sub-${subject}_task-emotion_run-1_${suffix}`)

const run = (bids: string, ...args: string[]): Promise<CliResult> =>
  limbic(
    'run',
    'smoke-synthetic',
    '--bids',
    bids,
    '--out',
    join(dir, `out-${++nCopies}`),
    '--jobs',
    '1',
    ...args,
  )

function expectParagraph(
  result: CliResult,
  code: string | RegExp,
  ...parts: (string | RegExp)[]
): void {
  expect(result.code, result.stderr).not.toBe(0)
  expect(result.stderr).toMatch(code)
  for (const part of [...parts, 'Try: ']) expect(result.stderr).toMatch(part)
  // A message for people, not a stack trace.
  expect(result.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m)
}

describe('bad input', () => {
  it('names the run without events, in run and in validate', async () => {
    const bids = copyOfGood()
    rmSync(emotionRun(bids, '02', 'events.tsv'))
    expectParagraph(await run(bids), 'EVENTS_MISSING', 'sub-02_task-emotion_run-1')
    const validated = await limbic('validate', bids)
    expect(validated.stdout).toContain('EVENTS_MISSING')
  })

  it('names both TRs', async () => {
    const bids = copyOfGood()
    const sidecar = emotionRun(bids, '03', 'bold.json')
    writeFileSync(sidecar, JSON.stringify({ RepetitionTime: 3.5, TaskName: 'emotion' }))
    expectParagraph(await run(bids), 'TR_MISMATCH', 'sub-03', '3.5', /\b2\b/)
  })

  it('names the truncated image', async () => {
    const bids = copyOfGood()
    const bold = emotionRun(bids, '01', 'bold.nii.gz')
    truncateSync(bold, Math.floor(readFileSync(bold).length / 2))
    expectParagraph(await run(bids), /NIFTI_TRUNCATED|GZIP_/, 'sub-01_task-emotion_run-1_bold')
  })

  it('refuses one class only', async () => {
    expectParagraph(
      await run(
        copyOfGood(),
        '--set',
        'label.classes={ negative: [negative] }',
        '--set',
        'label.rest=negative',
      ),
      'ONE_CLASS_ONLY',
      'sub-01',
    )
  })

  it('refuses a single run in the strict protocol', async () => {
    expectParagraph(
      await run(
        copyOfGood(),
        '--set',
        'data.tasks=[emotion]',
        '--set',
        'data.calibration={ kind: first, runs: 2 }',
      ),
      'CALIBRATION_RUNS_MISSING',
      'sub-01',
    )
    const bids = copyOfGood()
    for (const subject of ['01', '02', '03', '04'])
      for (const suffix of ['bold.nii.gz', 'events.tsv'])
        rmSync(emotionRun(bids, subject, suffix).replace('run-1', 'run-2'))
    expectParagraph(
      await run(
        bids,
        '--set',
        'data.tasks=[emotion]',
        '--set',
        'data.calibration={ kind: rotate }',
      ),
      'STRICT_NEEDS_TWO_RUNS',
      'sub-01',
    )
  })

  it('refuses more voxels than the mask holds', async () => {
    expectParagraph(
      await run(copyOfGood(), '--set', 'select.k=100000'),
      'SELECT_K_TOO_LARGE',
      '100000',
    )
  })

  it('suggests the key that was meant', async () => {
    const result = await run(good, '--set', 'select.kk=10')
    expectParagraph(result, 'PIPELINE_KEY_UNKNOWN', '"select.kk"', 'Write "k" instead')
    expect(result.code).toBe(2)
  })

  it('names the subject whose grid or mask has another size', async () => {
    const bids = copyOfGood()
    const grid = {
      shape: [10, 12, 8, 81],
      affine: [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
    }
    for (const runLabel of ['task-emotion_run-1', 'task-emotion_run-2', 'task-calibration_run-1']) {
      const nVolumes = runLabel.includes('calibration') ? 200 : 81
      const shape = [...grid.shape.slice(0, 3), nVolumes]
      const data = Float32Array.from(
        { length: shape.reduce((a, b) => a * b) },
        (_, i) => 500 + (i % 97),
      )
      await writeNifti(join(bids, 'sub-02', 'func', `sub-02_${runLabel}_bold.nii.gz`), {
        data,
        shape,
        affine: grid.affine,
        trSeconds: 2,
      })
    }
    expectParagraph(
      await run(bids, '--set', 'clean.mask=all'),
      'GRIDS_DIFFER',
      'sub-02',
      '12 x 12 x 8',
      '10 x 12 x 8',
    )
  })

  it('names the brain mask that does not fit', async () => {
    const bids = copyOfGood()
    const derivatives = join(bids, 'derivatives', 'fmriprep')
    const func = join(derivatives, 'sub-01', 'func')
    mkdirSync(func, { recursive: true })
    writeFileSync(
      join(derivatives, 'dataset_description.json'),
      JSON.stringify({ Name: 'x', BIDSVersion: '1.9.0', DatasetType: 'derivative' }),
    )
    cpSync(
      emotionRun(bids, '01', 'bold.nii.gz'),
      join(func, 'sub-01_task-emotion_run-1_desc-preproc_bold.nii.gz'),
    )
    await writeNifti(join(func, 'sub-01_task-emotion_run-1_desc-brain_mask.nii.gz'), {
      data: new Uint8Array(5 * 5 * 5).fill(1),
      shape: [5, 5, 5],
      affine: [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
    })
    expectParagraph(
      await run(
        bids,
        '--set',
        'data.derivatives=derivatives/fmriprep',
        '--set',
        'clean.mask=brain',
      ),
      'MASK',
      'desc-brain_mask',
    )
  })

  it('says that a folder is not a dataset, and that a pipeline does not exist', async () => {
    expectParagraph(await run(join(dir, 'nowhere')), 'FILE_NOT_FOUND', 'nowhere')
    const result = await limbic('run', 'cnn1d-losso', '--bids', good, '--out', join(dir, 'x'))
    expectParagraph(result, 'PIPELINE_NOT_FOUND', 'Did you mean "cnn1d-loso"')
  })

  it('answers usage mistakes with exit code 2', async () => {
    expect((await limbic('run', 'cnn1d-loso')).code).toBe(2)
    expect((await limbic('predcit')).code).toBe(2)
    expect((await limbic('simulate', join(dir, 'y'), '--subjects', 'many')).code).toBe(2)
  })
})

describe.skipIf(!hasShared)('bad input: public examples (set LIMBIC_SHARED)', () => {
  it.each([
    ['ds001', /zero|0 bytes|empty/i],
    ['synthetic', /header|truncated|bytes/i],
  ])('bids-examples/%s: images without voxels', async (name, cause) => {
    const result = await limbic(
      'run',
      'linear-loso',
      '--bids',
      sharedPath('data', 'bids-examples', name),
      '--out',
      join(dir, `out-${name}`),
    )
    expectParagraph(result, /DATASET_UNUSABLE/, cause, 'sub-01')
  })
})
