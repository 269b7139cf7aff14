import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder, writeDataset } from '../../pipeline/_dataset.ts'
import { limbic } from '../_main.ts'

const { dir, remove } = temporaryFolder()
const out = join(dir, 'out')
const settings = ['--set', 'select.k=40', '--permutations', '2', '--jobs', '1']

beforeAll(async () => {
  await writeDataset(join(dir, 'bids'), { subjects: 4 })
  const run = ['run', 'smoke-synthetic', '--bids', join(dir, 'bids'), '--out', out]
  expect((await limbic(...run, ...settings)).code).toBe(0)
})
afterAll(remove)

const report = (): string => readFileSync(join(out, 'report.json'), 'utf8')

describe('limbic collect', () => {
  it('writes the report of a finished run again, to the byte', async () => {
    const before = report()
    const { code, stdout } = await limbic('collect', out)
    expect(code).toBe(0)
    expect(stdout).toContain(`report: ${join(out, 'report.html')}`)
    expect(stdout).not.toContain('missing')
    expect(report()).toBe(before)
  })

  it('names what is missing, and says by its code that there is more to come', async () => {
    rmSync(join(out, 'results', 'sub-02.json'))
    rmSync(join(out, 'results', 'perm-00002_sub-01.json'))
    const { code, stdout } = await limbic('collect', out)
    expect(code).toBe(75)
    expect(stdout).toContain('missing: 2 of 12 tasks; with true labels sub-02')
    expect(report()).toContain('TASK_MISSING')
    expect(report()).toContain('p-values rest on 1 of 2')
  })

  it('refuses a folder that is no run', async () => {
    const { code, stderr } = await limbic('collect', dir)
    expect(code).toBe(1)
    expect(stderr).toContain('RUN_NOT_FOUND')
  })
})

describe('limbic task', () => {
  it('does the lines that it is told to, and nothing twice', async () => {
    const before = readdirSync(join(out, 'results')).length
    const { code, stdout, stderr } = await limbic('task', out, '--lines', '1-2,9', '--jobs', '1')
    expect(code, stderr).toBe(0)
    expect(stdout).toBe('computed sub-02\ncomputed perm-00002_sub-01\n')
    expect(readdirSync(join(out, 'results')).length).toBe(before + 2)
    expect((await limbic('collect', out)).code).toBe(0)
  })

  it('refuses lines that are none', async () => {
    for (const lines of ['x', '13'])
      expect((await limbic('task', out, '--lines', lines, '--jobs', '1')).code).toBe(2)
  })

  it('is not among the commands that help shows', async () => {
    expect((await limbic('--help')).stdout).not.toMatch(/^\s+task /m)
  })
})
