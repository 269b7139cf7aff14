import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRecords } from '../../../src/train/network/training-records.ts'

const fingerprint = '0123456789abcdef'.repeat(4)

describe('openRecords', () => {
  it('keeps nothing unless it is told where', () => {
    expect(openRecords({}, 'cnn1d', fingerprint)).toEqual({})
  })

  it('names the log after the model and its run, and passes the deadline on', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'limbic-records-'))
    const context = { trainingLogDir: join(dir, 'logs'), checkpointDir: dir, deadline: 7 }
    const { log, checkpoints, deadline } = openRecords(context, 'cnn1d', fingerprint)
    await log!.start(0)
    expect(existsSync(join(dir, 'logs', 'cnn1d-01234567.csv'))).toBe(true)
    expect(await checkpoints!.load()).toBeUndefined()
    expect(deadline).toBe(7)
    rmSync(dir, { recursive: true })
  })
})
