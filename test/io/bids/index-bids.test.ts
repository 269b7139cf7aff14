import { rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../../src/core/errors/index.ts'
import { indexBids } from '../../../src/io/bids/index.ts'
import { hasShared, sharedPath } from '../../_shared.ts'
import { codeOf } from '../nifti/_files.ts'
import { affine, events, makeDataset, makeSoundDataset, putBold, putText } from './_dataset.ts'

const summary = (findings: readonly Finding[]): string[] =>
  findings.map(({ severity, code }) => `${severity} ${code}`)
const boldOf = (root: string, sub: string, run: string): string =>
  join(root, `sub-${sub}/func/sub-${sub}_task-emo_run-${run}_bold.nii.gz`)

describe('indexBids', () => {
  it('lists subjects, runs and participants of a sound dataset without findings', async () => {
    const root = await makeSoundDataset()
    const dataset = await indexBids(root)
    expect(dataset).toMatchObject({
      root,
      name: 'Sound',
      subjects: ['01', '02'],
      participants: [
        { participant_id: 'sub-01', age: '20' },
        { participant_id: 'sub-02', age: '30' },
      ],
      findings: [],
    })
    expect(dataset.runs.map(({ key }) => key)).toEqual([
      'sub-01/task-emo/run-1',
      'sub-01/task-emo/run-2',
      'sub-02/task-emo/run-1',
      'sub-02/task-emo/run-2',
    ])
    expect(dataset.runs[0]).toMatchObject({
      id: { subject: '01', task: 'emo', run: '1' },
      bold: boldOf(root, '01', '1'),
      events: join(root, 'task-emo_events.tsv'),
      sidecar: { RepetitionTime: 2, TaskName: 'emo' },
      trSeconds: 2,
      nVolumes: 10,
      header: { shape: [2, 3, 4, 10], affine },
    })
    expect(dataset.runs[0]).not.toHaveProperty('mask')
  })

  it('keeps to the subjects and tasks asked for', async () => {
    const root = await makeSoundDataset()
    await putBold(join(root, 'sub-01/func/sub-01_task-rest_bold.nii'))
    const keys = async (options: Parameters<typeof indexBids>[1]): Promise<string[]> =>
      (await indexBids(root, options)).runs.map(({ key }) => key)
    expect(await keys({ subjects: ['02'] })).toEqual([
      'sub-02/task-emo/run-1',
      'sub-02/task-emo/run-2',
    ])
    expect(await keys({ task: 'rest' })).toEqual(['sub-01/task-rest/run-1'])
    expect(await keys({ task: ['rest', 'emo'], subjects: ['01'] })).toHaveLength(3)
  })

  it('needs no events for a resting run', async () => {
    const root = makeDataset({ 'dataset_description.json': '{"Name": "x"}' })
    await putBold(join(root, 'sub-01/func/sub-01_task-rest_bold.nii'))
    expect((await indexBids(root)).findings).toEqual([])
  })

  it('reports the problems of all subjects together and keeps the runs that can be read', async () => {
    const root = await makeSoundDataset()
    writeFileSync(boldOf(root, '01', '1'), '')
    truncateSync(boldOf(root, '01', '2'), 300)
    await putBold(boldOf(root, '02', '1'), { shape: [2, 3, 4] })
    rmSync(join(root, 'task-emo_events.tsv'))
    const { runs, findings } = await indexBids(root)
    expect(runs.map(({ key }) => key)).toEqual(['sub-02/task-emo/run-2'])
    expect(summary(findings).sort()).toEqual([
      'error BOLD_NOT_4D',
      'error EVENTS_MISSING',
      'error EVENTS_MISSING',
      'error EVENTS_MISSING',
      'error EVENTS_MISSING',
      'error NIFTI_EMPTY',
      'error NIFTI_TRUNCATED',
    ])
    expect(findings.find(({ code }) => code === 'NIFTI_TRUNCATED')!.message).toContain(
      boldOf(root, '01', '2'),
    )
    expect(findings.find(({ code }) => code === 'EVENTS_MISSING')!.message).toContain(
      'sub-01_task-emo_run-1_events.tsv',
    )
  })

  it('reports a header without voxels', async () => {
    const root = await makeSoundDataset()
    const file = join(root, 'sub-01/func/sub-01_task-emo_run-3_bold.nii')
    await putBold(file)
    truncateSync(file, 352)
    expect(summary((await indexBids(root)).findings)).toEqual(['error NIFTI_TRUNCATED'])
  })

  it('reports repetition times that disagree, in one run and between runs', async () => {
    const root = await makeSoundDataset()
    await putBold(boldOf(root, '01', '2'), { trSeconds: 2.5 })
    const one = await indexBids(root)
    expect(summary(one.findings)).toEqual(['error TR_MISMATCH'])
    expect(one.findings[0]!.message).toContain('2 s, RepetitionTime of the sidecar')
    expect(one.runs).toHaveLength(4)
    putText(join(root, 'sub-01/func/sub-01_task-emo_run-2_bold.json'), '{"RepetitionTime": 2.5}')
    const between = await indexBids(root)
    expect(summary(between.findings)).toEqual(['error TR_MISMATCH'])
    expect(between.findings[0]!.message).toContain(`as in ${boldOf(root, '01', '1')}`)
  })

  it('takes the repetition time of the header, and reports a run that has none', async () => {
    const root = await makeSoundDataset()
    rmSync(join(root, 'task-emo_bold.json'))
    expect((await indexBids(root)).runs[0]!.trSeconds).toBe(2)
    await putBold(boldOf(root, '01', '1'), { trSeconds: 0 })
    const { runs, findings } = await indexBids(root)
    expect(summary(findings)).toEqual(['error TR_MISSING'])
    expect(runs).toHaveLength(3)
  })

  it('reports grids that differ between the runs of a subject, not between subjects', async () => {
    const root = await makeSoundDataset()
    const moved = affine.with(3, -11)
    await putBold(boldOf(root, '02', '1'), { affine: moved })
    await putBold(boldOf(root, '02', '2'), { affine: moved })
    expect((await indexBids(root)).findings).toEqual([])
    await putBold(boldOf(root, '02', '2'))
    expect(summary((await indexBids(root)).findings)).toEqual(['warning GRID_MISMATCH'])
    await putBold(boldOf(root, '02', '2'), { shape: [2, 3, 5, 10], affine: moved })
    expect(summary((await indexBids(root)).findings)).toEqual(['error GRID_MISMATCH'])
  })

  it('never chooses silently between several files of one run', async () => {
    const root = await makeSoundDataset()
    for (const echo of ['1', '2'])
      await putBold(join(root, `sub-01/func/sub-01_task-emo_run-3_echo-${echo}_bold.nii`))
    const { runs, findings } = await indexBids(root)
    expect(summary(findings)).toEqual(['error RUN_AMBIGUOUS'])
    expect(findings[0]!.message).toContain('sub-01_task-emo_run-3_echo-2_bold.nii')
    expect(runs).toHaveLength(4)
    const chosen = await indexBids(root, { entities: { echo: '2' } })
    expect(chosen.runs.map(({ bold }) => bold.includes('echo-2'))).toEqual([true])
  })

  it('warns of a missing description, and takes the name of the folder', async () => {
    const root = await makeSoundDataset()
    rmSync(join(root, 'dataset_description.json'))
    const { name, findings } = await indexBids(root)
    expect(root.endsWith(name)).toBe(true)
    expect(summary(findings)).toEqual(['warning BIDS_DESCRIPTION_MISSING'])
  })

  it('reports tables and sidecars that cannot be read', async () => {
    const root = await makeSoundDataset()
    putText(join(root, 'participants.tsv'), 'a\tb\n1\n')
    putText(join(root, 'sub-01/func/sub-01_task-emo_run-1_bold.json'), '{')
    const { runs, findings } = await indexBids(root)
    expect(summary(findings)).toEqual(['warning TSV_INVALID', 'error JSON_INVALID'])
    expect(runs).toHaveLength(3)
  })

  it('reports links that lead nowhere, as in an annex that was not fetched', async () => {
    const root = await makeSoundDataset()
    for (const suffix of ['3_bold.nii.gz', '1_bold.json'])
      symlinkSync('nowhere', join(root, `sub-01/func/sub-01_task-emo_run-${suffix}`))
    const { runs, findings } = await indexBids(root)
    expect(summary(findings)).toEqual(['error FILE_NOT_FOUND', 'error FILE_NOT_FOUND'])
    expect(runs).toHaveLength(3)
  })

  it('reports subjects, runs and names that are not there', async () => {
    const root = await makeSoundDataset()
    const { findings } = await indexBids(root, { subjects: ['01', '09'] })
    expect(summary(findings)).toEqual(['error BIDS_SUBJECT_UNKNOWN'])
    const none = await indexBids(root, { task: 'other' })
    expect(summary(none.findings)).toEqual(['error BIDS_NO_RUNS'])
    expect(none.findings[0]!.message).toContain('tasks: emo')
    await putBold(join(root, 'sub-01/func/sub-01_bold.nii'))
    expect(summary((await indexBids(root)).findings)).toEqual(['warning BIDS_NAME_INVALID'])
    const empty = makeDataset({ 'dataset_description.json': '{}' })
    expect(summary((await indexBids(empty)).findings)).toEqual(['error BIDS_NO_SUBJECTS'])
    expect(await codeOf(() => indexBids(join(root, 'nowhere')))).toBe('FILE_NOT_FOUND')
  })
})

describe('indexBids of fMRIPrep output', () => {
  const space = 'MNI152NLin2009cAsym'
  const stem = `sub-01/func/sub-01_task-emo_run-1`

  async function makeDerivatives(): Promise<{ root: string; prep: string }> {
    const root = makeDataset({
      'dataset_description.json': '{"Name": "Raw"}',
      'task-emo_bold.json': '{"RepetitionTime": 2, "TaskName": "emo"}',
      [`${stem}_events.tsv`]: events,
      'derivatives/fmriprep/sub-01.html': '',
      [`derivatives/fmriprep/${stem}_desc-confounds_timeseries.tsv`]: 'csf\n'.padEnd(24, '1\n'),
      [`derivatives/fmriprep/${stem}_space-${space}_desc-preproc_bold.json`]:
        '{"SkullStripped": false}',
    })
    const prep = join(root, 'derivatives/fmriprep')
    await putBold(join(root, `${stem}_bold.nii.gz`))
    await putBold(join(prep, `${stem}_space-${space}_desc-preproc_bold.nii.gz`))
    await putBold(join(prep, `${stem}_space-${space}_desc-brain_mask.nii.gz`), { shape: [2, 3, 4] })
    await putBold(join(prep, `${stem}_space-T1w_desc-preproc_bold.nii.gz`))
    return { root, prep }
  }

  it('joins BOLD, mask, confounds, events and both sidecars', async () => {
    const { root, prep } = await makeDerivatives()
    const { runs, findings } = await indexBids(root, { derivatives: 'derivatives/fmriprep', space })
    expect(findings).toEqual([])
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatchObject({
      key: 'sub-01/task-emo/run-1',
      bold: join(prep, `${stem}_space-${space}_desc-preproc_bold.nii.gz`),
      events: join(root, `${stem}_events.tsv`),
      confounds: join(prep, `${stem}_desc-confounds_timeseries.tsv`),
      mask: join(prep, `${stem}_space-${space}_desc-brain_mask.nii.gz`),
      sidecar: { RepetitionTime: 2, TaskName: 'emo', SkullStripped: false },
    })
  })

  it('does not choose between spaces', async () => {
    const { root, prep } = await makeDerivatives()
    const { runs, findings } = await indexBids(root, { derivatives: prep })
    expect(runs).toEqual([])
    expect(summary(findings)).toEqual(['error RUN_AMBIGUOUS'])
  })

  it('warns of a missing mask, and does not take that of another space', async () => {
    const { root, prep } = await makeDerivatives()
    const { runs, findings } = await indexBids(root, { derivatives: prep, space: 'T1w' })
    expect(summary(findings)).toEqual(['warning DERIVATIVE_MISSING'])
    expect(runs[0]).not.toHaveProperty('mask')
  })

  it('reports a mask on another grid', async () => {
    const { root, prep } = await makeDerivatives()
    await putBold(join(prep, `${stem}_space-${space}_desc-brain_mask.nii.gz`), { shape: [2, 3, 5] })
    const { findings } = await indexBids(root, { derivatives: prep, space })
    expect(summary(findings)).toEqual(['error MASK_GRID_MISMATCH'])
  })

  it('warns of subjects that were not preprocessed', async () => {
    const { root, prep } = await makeDerivatives()
    await putBold(join(root, 'sub-02/func/sub-02_task-emo_bold.nii'))
    const { subjects, findings } = await indexBids(root, { derivatives: prep, space })
    expect(subjects).toEqual(['01'])
    expect(summary(findings)).toEqual(['warning BIDS_SUBJECT_UNKNOWN'])
  })
})

describe.skipIf(!hasShared)('published datasets', () => {
  it.each(['ds001', 'ds003', 'ds000117', 'ds114', 'synthetic', 'volume_timing'])(
    '%s, whose images hold no voxels, gives findings for every run and no run',
    async (name) => {
      const { subjects, runs, findings } = await indexBids(
        sharedPath('data', 'bids-examples', name),
      )
      expect(subjects.length).toBeGreaterThan(0)
      expect(runs).toEqual([])
      const codes = new Set(findings.map(({ code }) => code))
      expect([...codes].every((code) => /^(NIFTI_|RUN_AMBIGUOUS|EVENTS_MISSING)/.test(code))).toBe(
        true,
      )
    },
  )

  it('ten subjects of Haxby et al. 2011 are sound', async () => {
    const root = sharedPath('data', 'haxby2011-vt-10subj-lh', 'bids')
    const { subjects, runs, findings } = await indexBids(root)
    expect([subjects.length, runs.length, findings]).toEqual([10, 80, []])
  })
})
