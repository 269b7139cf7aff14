import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sampleReport } from '../../evaluate/report/_sample-report.ts'
import { temporaryFolder } from '../../pipeline/_dataset.ts'
import { limbic } from '../_main.ts'

const { dir, remove } = temporaryFolder()
const [strict, paper] = [join(dir, 'strict'), join(dir, 'paper')]
beforeAll(() => {
  for (const [run, report] of [
    [strict, sampleReport()],
    [paper, sampleReport({ protocol: 'paper', leaks: ['Everything was seen.'] })],
  ] as const) {
    mkdirSync(run)
    writeFileSync(join(run, 'report.json'), JSON.stringify(report))
  }
})
afterAll(remove)

it('prints a table with the optimism, and writes a page', async () => {
  const page = join(dir, 'both.html')
  const { code, stdout } = await limbic('compare', strict, paper, '--html', page)
  expect(code).toBe(0)
  expect(stdout).toContain('OPTIMISM')
  expect(stdout).toContain(`page: ${page}`)
  expect(readFileSync(page, 'utf8')).toContain('Runs side by side')
})

it('prints JSON when asked', async () => {
  const { stdout } = await limbic('compare', strict, paper, '--json')
  const { runs, differences, optimism } = JSON.parse(stdout) as Record<string, unknown[]>
  expect([runs!.length, differences!.length, optimism!.length]).toEqual([2, 1, 3])
})

it('says what a folder without a report needs', async () => {
  const { code, stderr } = await limbic('compare', strict, dir)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^REPORT_NOT_FOUND: /)
})
