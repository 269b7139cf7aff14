import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseTsv, numericColumn } from '../../src/io/tsv.ts'
import { formatEvents, writeDatasetTexts } from '../../src/simulate/texts.ts'
import { small } from './_small.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'limbic-texts-'))
  await writeDatasetTexts(dir, ['01', '02'], { ...small, null: true })
})
afterAll(() => rm(dir, { recursive: true }))
const text = (name: string) => readFile(join(dir, name), 'utf8')

describe('formatEvents', () => {
  it('is a table that limbic reads back', () => {
    const events = [
      { onset: 18, duration: 18, trialType: 'neutral' },
      { onset: 54.5, duration: 18, trialType: 'negative' },
    ]
    const table = parseTsv(formatEvents(events))
    expect([...numericColumn(table, 'onset')]).toEqual([18, 54.5])
    expect([...numericColumn(table, 'duration')]).toEqual([18, 18])
  })

  it('is a header alone without events', () => {
    expect(formatEvents([])).toBe('onset\tduration\ttrial_type\n')
  })
})

describe('writeDatasetTexts', () => {
  it('describes the dataset as BIDS asks for', async () => {
    const description = JSON.parse(await text('dataset_description.json')) as object
    expect(description).toMatchObject({ DatasetType: 'raw', GeneratedBy: [{ Name: 'limbic' }] })
    expect(Object.keys(description)).toContain('BIDSVersion')
    expect(JSON.parse(await text('task-emotion_bold.json'))).toEqual({
      RepetitionTime: 2,
      TaskName: 'emotion',
    })
    expect(await text('participants.tsv')).toBe('participant_id\nsub-01\nsub-02\n')
  })

  it('says that nothing was measured, and that a null dataset is one', async () => {
    const readme = await text('README')
    expect(readme).toContain('No person was scanned')
    expect(readme).toContain('the task evokes nothing')
    expect(readme).toContain('latentDims: 12')
  })
})
