import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readReport } from '../../src/pipeline/read-report.ts'
import { sampleReport } from '../evaluate/report/_sample-report.ts'
import { temporaryFolder } from './_dataset.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

it('reads a report, and says what a folder without one, or with something else, needs', async () => {
  await expect(readReport(dir)).rejects.toMatchObject({ code: 'REPORT_NOT_FOUND' })
  const file = join(dir, 'report.json')
  writeFileSync(file, JSON.stringify(sampleReport()))
  expect(await readReport(dir)).toEqual(sampleReport())
  for (const text of ['{', '{"format":"other"}']) {
    writeFileSync(file, text)
    await expect(readReport(dir)).rejects.toMatchObject({ code: 'JSON_INVALID' })
  }
})
