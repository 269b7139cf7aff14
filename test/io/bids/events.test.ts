import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readEvents } from '../../../src/io/bids/index.ts'
import { codeOf } from '../nifti/_files.ts'
import { makeDataset } from './_dataset.ts'

const fileWith = (text: string): string =>
  join(makeDataset({ 'x_events.tsv': text }), 'x_events.tsv')

describe('readEvents', () => {
  it('reads onset, duration and trial_type, sorted by onset, other columns ignored', async () => {
    const file = fileWith(
      'trial_type\tonset\tvalue\tduration\nneutral\t12.5\tn/a\t2\nnegative\t-1\t3\t0\nn/a\t3\t1\t1\n',
    )
    expect(await readEvents(file)).toEqual([
      { onset: -1, duration: 0, trialType: 'negative' },
      { onset: 12.5, duration: 2, trialType: 'neutral' },
    ])
  })

  it('names the file and the column that is missing', async () => {
    const file = fileWith('onset\tduration\tvalue\n1\t2\t3\n')
    await expect(readEvents(file)).rejects.toMatchObject({
      code: 'TSV_COLUMN_MISSING',
      details: { file, column: 'trial_type', found: ['onset', 'duration', 'value'] },
    })
  })

  it.each(['n/a\t1', '1\tn/a', '1\t-1', 'Infinity\t1', 'one\t1'])(
    'names the line of an event without a place in time: %j',
    async (cells) => {
      const file = fileWith(`onset\tduration\ttrial_type\n0\t1\ta\n${cells}\tb\n`)
      expect(await codeOf(() => readEvents(file))).toBe('TSV_INVALID')
      await expect(readEvents(file)).rejects.toMatchObject({ details: { line: 3 } })
    },
  )

  it('gives no events for a header without rows', async () => {
    expect(await readEvents(fileWith('onset\tduration\ttrial_type\n'))).toEqual([])
  })
})
