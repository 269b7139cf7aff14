import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { validateBids } from '../../../src/io/bids/index.ts'
import { events, makeSoundDataset, putBold, putText } from './_dataset.ts'

async function outcome(root: string, options = {}): Promise<string[]> {
  const { findings } = await validateBids(root, options)
  return findings.map(({ severity, code }) => `${severity} ${code}`)
}

describe('validateBids', () => {
  it('finds nothing in a sound dataset', async () => {
    const root = await makeSoundDataset()
    expect(await outcome(root, { full: true })).toEqual([])
  })

  it('warns of events past the end, once per table', async () => {
    const root = await makeSoundDataset()
    putText(join(root, 'task-emo_events.tsv'), `${events}20\t1\tneutral\n300\t1\tneutral\n`)
    const { findings } = await validateBids(root)
    expect(findings.map(({ code }) => code)).toEqual(['EVENTS_PAST_END'])
    expect(findings[0]!.severity).toBe('warning')
    expect(findings[0]!.message).toContain('(2 of them)')
    expect(findings[0]!.message).toContain('found an onset at 20 s')
  })

  it('names the table without trial_type', async () => {
    const root = await makeSoundDataset()
    const file = join(root, 'sub-01/func/sub-01_task-emo_run-1_events.tsv')
    putText(file, 'onset\tduration\n0\t1\n')
    const { findings } = await validateBids(root)
    expect(findings.map(({ code }) => code)).toEqual(['TSV_COLUMN_MISSING'])
    expect(findings[0]!.message).toContain(file)
    expect(findings[0]!.message).toContain('"trial_type"')
  })

  it('finds confounds that do not fit the run', async () => {
    const root = await makeSoundDataset()
    const prep = join(root, 'derivatives', 'prep', 'sub-01', 'func')
    const raw = readFileSync(join(root, 'sub-01/func/sub-01_task-emo_run-1_bold.nii.gz'))
    putText(join(prep, 'sub-01_task-emo_run-1_desc-confounds_timeseries.tsv'), 'csf\n1\n2\n')
    writeFileSync(join(prep, 'sub-01_task-emo_run-1_desc-preproc_bold.nii.gz'), raw)
    const found = await outcome(root, { derivatives: 'derivatives/prep', subjects: ['01'] })
    expect(found).toEqual(['warning DERIVATIVE_MISSING', 'error CONFOUNDS_LENGTH'])
  })

  it('finds damage inside a compressed image only when it reads it', async () => {
    const root = await makeSoundDataset()
    const file = join(root, 'sub-01/func/sub-01_task-emo_run-1_bold.nii.gz')
    await putBold(file, { nVolumes: 4000 })
    // Stored without compression, so that the header is read long before the damage is met.
    const stored = gzipSync(gunzipSync(readFileSync(file)), { level: 0 })
    stored[stored.length - 8]! ^= 1
    writeFileSync(file, stored)
    expect(await outcome(root)).toEqual([])
    expect(await outcome(root, { full: true })).toEqual(['error GZIP_CORRUPT'])
  })
})
