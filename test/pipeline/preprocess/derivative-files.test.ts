import { describe, expect, it } from 'vitest'
import type { BidsRun } from '../../../src/io/bids/index.ts'
import { derivativeFiles } from '../../../src/pipeline/preprocess/derivative-files.ts'

const run = (bold: string, session?: string): BidsRun =>
  ({
    id: { subject: '01', task: 'rest', run: '1', ...(session === undefined ? {} : { session }) },
    bold,
  }) as unknown as BidsRun

describe('derivativeFiles', () => {
  it('names files as fMRIPrep does', () => {
    const files = derivativeFiles('out', run('raw/sub-01_task-rest_run-1_bold.nii.gz'))
    expect(files).toMatchObject({
      stem: 'sub-01_task-rest_run-1',
      bold: 'out/sub-01/func/sub-01_task-rest_run-1_desc-preproc_bold.nii.gz',
      mask: 'out/sub-01/func/sub-01_task-rest_run-1_desc-brain_mask.nii.gz',
      confounds: 'out/sub-01/func/sub-01_task-rest_run-1_desc-confounds_timeseries.tsv',
    })
  })

  it('keeps sessions apart, and takes uncompressed images', () => {
    const { bold } = derivativeFiles('out', run('sub-01_ses-a_task-rest_bold.nii', 'a'))
    expect(bold).toBe('out/sub-01/ses-a/func/sub-01_ses-a_task-rest_desc-preproc_bold.nii.gz')
  })
})
