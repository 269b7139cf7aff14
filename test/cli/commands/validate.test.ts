import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Finding } from '../../../src/core/errors/index.ts'
import { emotionRun, temporaryFolder, writeDataset } from '../../pipeline/_dataset.ts'
import { limbic } from '../_main.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')

beforeAll(() => writeDataset(bids, { subjects: 2 }))
afterAll(remove)

it('validate counts what there is and finds nothing wrong with it', async () => {
  const { code, stdout } = await limbic('validate', bids)
  expect(code).toBe(0)
  expect(stdout).toMatch(/2 subjects, 4 runs, 0 errors, 0 warnings\n$/)
})

it('validate names what would stop a run, for people and for programs, and ends with 1', async () => {
  writeFileSync(emotionRun(bids, '02', 'bold.nii.gz'), '')
  rmSync(emotionRun(bids, '01', 'events.tsv'))
  const people = await limbic('validate', bids)
  expect(people.code).toBe(1)
  expect(people.stdout).toMatch(/^ERROR NIFTI_EMPTY .*sub-02_task-emotion_run-1/m)
  expect(people.stdout).toMatch(/^(ERROR|WARNING) EVENTS_MISSING .*sub-01_task-emotion_run-1/m)
  const programs = await limbic('validate', bids, '--json')
  expect(programs.code).toBe(1)
  const { findings, ...counts } = JSON.parse(programs.stdout) as { findings: Finding[] }
  expect(counts).toEqual({ subjects: ['01', '02'], nRuns: 3 })
  expect(findings.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['NIFTI_EMPTY', 'EVENTS_MISSING']),
  )
})
