import { existsSync, readdirSync, readFileSync } from 'node:fs'
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

  it('pauses when its time is up, and goes on when started again', async () => {
    const paused = await run('three', '--max-minutes', '0', '--engine', 'cpu')
    expect(paused.code).toBe(75)
    expect(paused.stderr).toMatch(/^RUN_PAUSED: .*Start the same command again/m)
    expect(existsSync(join(dir, 'three', 'report.json'))).toBe(false)
    const { code } = await run('three', '--max-minutes', '60', '--engine', 'cpu')
    expect(code).toBe(0)
    expect(existsSync(join(dir, 'three', 'report.json'))).toBe(true)
    const settings = readFileSync(join(dir, 'three', 'pipeline.resolved.yaml'), 'utf8')
    expect(settings).toContain('engine: cpu')
  })

  it('leaves a log of the epochs of every network', async () => {
    const network = ['classify.model=cnn1d', 'classify.options={epochs: 3}']
    await run('four', ...network.flatMap((setting) => ['--set', setting]), '--engine', 'cpu')
    for (const subject of ['sub-01', 'sub-04']) {
      const folder = join(dir, 'four', 'training', subject)
      const [file] = readdirSync(folder)
      expect(file).toMatch(/^cnn1d-[0-9a-f]{8}\.csv$/)
      const [header, ...rows] = readFileSync(join(folder, file!), 'utf8').trimEnd().split('\n')
      expect(header).toBe('epoch,loss,acc,val_loss,val_acc,lr,volumes_per_second,seconds')
      expect(rows.map((row) => Number(row.split(',')[0]))).toEqual([1, 2, 3])
    }
  })

  it('refuses an engine that there is none of', async () => {
    const { code, stderr } = await run('five', '--engine', 'cuda')
    expect(code).toBe(2)
    expect(stderr).toMatch(/auto, cpu, webgpu, tensorflow/)
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
