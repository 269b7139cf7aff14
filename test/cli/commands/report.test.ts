import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { sampleReport } from '../../evaluate/report/_sample-report.ts'
import { temporaryFolder } from '../../pipeline/_dataset.ts'
import { limbic } from '../_main.ts'

const { dir, remove } = temporaryFolder()
const run = join(dir, 'run')
const file = join(run, 'report.json')
const text = JSON.stringify(sampleReport(), null, 2)

beforeEach(() => {
  rmSync(run, { recursive: true, force: true })
  mkdirSync(run)
  writeFileSync(file, text)
})
afterAll(remove)

describe('limbic report', () => {
  it('prints the report and draws its page again', async () => {
    const { code, stdout } = await limbic('report', run)
    expect(code).toBe(0)
    expect(stdout).toContain(`report: ${join(run, 'report.html')}`)
    expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('<html')
  })

  it('prints the document itself when asked', async () => {
    expect((await limbic('report', run, '--json')).stdout).toBe(text)
  })

  it('says what a folder without one needs', async () => {
    const { code, stderr } = await limbic('report', dir)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^REPORT_NOT_FOUND: /)
  })

  it.each([
    ['cut short', text.slice(0, 100)],
    ['of another format', JSON.stringify({ ...sampleReport(), format: 'limbic-report-9' })],
    ['with an unknown key', JSON.stringify({ ...sampleReport(), extra: 1 })],
  ])('refuses a report that is %s, as a file and not as a pipeline', async (_, content) => {
    writeFileSync(file, content)
    const { code, stderr } = await limbic('report', run)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^JSON_INVALID: /)
    expect(stderr).toContain(file)
  })
})
