import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openTrainingLog } from '../../../src/train/network/training-log.ts'

const dir = mkdtempSync(join(tmpdir(), 'limbic-training-log-'))
afterAll(() => rmSync(dir, { recursive: true }))

const record = (epoch: number) => ({ epoch, loss: 1 / 3, accuracy: 0.5 })
const pace = { learningRate: 5e-10, samplesPerSecond: 123.45, seconds: 2.5 }
const header = 'epoch,loss,acc,val_loss,val_acc,lr,volumes_per_second,seconds'

describe('openTrainingLog', () => {
  it('writes a row per epoch, cells empty where there is no validation', async () => {
    const file = join(dir, 'new', 'log.csv')
    const log = openTrainingLog(file)
    await log.start(0)
    await log.add(record(0), pace)
    await log.add({ ...record(1), validationLoss: 2, validationAccuracy: 0.25 }, pace)
    expect(readFileSync(file, 'utf8').split('\n')).toEqual([
      header,
      '1,0.3333333,0.5,,,5e-10,123.5,2.50',
      '2,0.3333333,0.5,2,0.25,5e-10,123.5,2.50',
      '',
    ])
  })

  it('drops what comes after the epoch that training resumes at, and a row that a kill cut short', async () => {
    const file = join(dir, 'resumed.csv')
    const killed = openTrainingLog(file)
    await killed.start(0)
    for (const epoch of [0, 1, 2]) await killed.add(record(epoch), pace)
    const resumed = openTrainingLog(file)
    await resumed.start(2)
    await resumed.add(record(2), { ...pace, seconds: 9 })
    const rows = readFileSync(file, 'utf8').trimEnd().split('\n')
    expect(rows.map((row) => row.split(',')[0])).toEqual(['epoch', '1', '2', '3'])
    expect(rows[3]).toMatch(/,9\.00$/)
    await openTrainingLog(file).start(0)
    expect(readFileSync(file, 'utf8')).toBe(`${header}\n`)
  })
})
