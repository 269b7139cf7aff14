import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reportSchema } from '../../../src/core/schemas/report.ts'
import { temporaryFolder, writeDataset } from '../../pipeline/_dataset.ts'
import { limbic, type MainResult } from '../_main.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')

beforeAll(() => writeDataset(bids, { subjects: 4 }))
afterAll(remove)

const run = (out: string, ...args: string[]): Promise<MainResult> =>
  limbic('run', 'smoke-synthetic', '--bids', bids, '--out', join(dir, out), '--jobs', '1', ...args)

describe('limbic run', () => {
  it('prints the report, says where its page is, and logs what it did', async () => {
    const { code, stdout } = await run('one', '--set', 'select.k=40')
    expect(code).toBe(0)
    expect(stdout).toContain(`report: ${join(dir, 'one', 'report.html')}`)
    const report = reportSchema.parse(
      JSON.parse(readFileSync(join(dir, 'one', 'report.json'), 'utf8')),
    )
    expect(report.folds.map((fold) => fold.nSelectedVoxels)).toEqual([40, 40, 40, 40])
    expect(parseLines(readFileSync(join(dir, 'one', 'log.ndjson'), 'utf8'))).toContainEqual(
      expect.objectContaining({ type: 'done', stage: 'folds' }),
    )
  })

  it('tells programs of progress on stderr, one JSON object a line', async () => {
    const { stderr } = await run('one', '--set', 'select.k=40', '--log-format', 'json')
    const hits = parseLines(stderr).filter(
      ({ stage, type }) => type === 'cache' && stage === 'fold',
    )
    expect(hits.map(({ hit }) => hit)).toEqual([true, true, true, true])
  })

  it('writes into the folder of another run only when told to', async () => {
    const refused = await run('one', '--set', 'select.k=30')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('RUN_DIRECTORY_TAKEN')
    expect((await run('one', '--set', 'select.k=30', '--resume')).code).toBe(0)
  })

  it('ends with 1 when folds fail, and still writes the report', async () => {
    const { code, stderr } = await run('two', '--set', 'classify.innerSubjects=3')
    expect(code).toBe(1)
    expect(stderr).toContain('TOO_FEW_SUBJECTS')
    expect(existsSync(join(dir, 'two', 'report.json'))).toBe(true)
  })
})

function parseLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
