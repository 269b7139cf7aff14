/** Both protocols on data without any effect: the strict one is at chance, the published ones are far above it and say why; and the curve over calibration. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reportSchema, type Report } from '../../src/core/schemas/report.ts'
import { hasShared, sharedPath } from '../_shared.ts'
import { limbic, temporaryFolder, type CliResult } from './_cli.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'null')
afterAll(remove)

interface Ran {
  readonly result: CliResult
  readonly report: Report
  readonly html: string
}

async function run(
  out: string,
  pipeline: string,
  data: string,
  ...settings: string[]
): Promise<Ran> {
  const sets = settings.flatMap((setting) => ['--set', setting])
  const folder = join(dir, out)
  const result = await limbic('run', pipeline, '--bids', data, '--out', folder, ...sets)
  expect(result.code, result.stderr).toBe(0)
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  return {
    result,
    report: reportSchema.parse(JSON.parse(read('report.json'))),
    html: read('report.html'),
  }
}

describe('data without any effect', () => {
  beforeAll(async () => {
    const size = ['--subjects', '6', '--volumes', '153', '--seed', '100']
    const result = await limbic('simulate', bids, '--null', ...size)
    expect(result.code, result.stderr).toBe(0)
  })

  const linear = ['classify.model=lda', 'classify.options={}']

  it('is at chance for every model under the strict protocol', async () => {
    const { report, result } = await run(
      'strict',
      'linear-loso',
      bids,
      'select.k=300',
      'evaluate.unaligned=false',
      'evaluate.zeroShot=false',
    )
    expect(report.protocol).toBe('strict')
    expect(report.leaks).toEqual([])
    expect(result.stdout).not.toContain('LEAK')
    const all = Object.entries({ lda: report.summary!, ...report.baselines })
    expect(all.map(([name]) => name)).toEqual(
      expect.arrayContaining(['random-forest', 'svm', 'time-index', 'nearest-neighbour']),
    )
    for (const [name, { balancedAccuracy }] of all)
      expect(Math.abs(balancedAccuracy.mean - 1 / 3), name).toBeLessThan(0.06)
    expect(report.warnings.join()).toContain('"motion" was left out')
  })

  it('is decoded by the published experiment A, which names its leaks everywhere', async () => {
    const { report, result, html } = await run(
      'paper-a',
      'paper-a',
      bids,
      ...linear,
      'classify.baselines=[nearest-centroid]',
    )
    expect(report.protocol).toBe('paper')
    expect(report.summary!.balancedAccuracy.mean).toBeGreaterThan(0.8)
    expect(report.leaks).toHaveLength(6)
    for (const leak of report.leaks) expect(result.stdout).toContain(`LEAK ${leak}`)
    expect(html).toContain('do not estimate how well a new subject is decoded')
  })

  it('is decoded by the published split of volumes, and not when subjects are kept together', async () => {
    const neighbour = [
      'classify.model=nearest-neighbour',
      'classify.options={}',
      'classify.baselines=[]',
    ]
    const volumes = await run('volumes', 'paper-b', bids, ...neighbour)
    expect(volumes.report.summary!.balancedAccuracy.mean).toBeGreaterThan(0.75)
    expect(volumes.report.leaks.join()).toContain('neighbours in time of every scored volume')
    expect(volumes.report.folds.map(({ subject }) => subject)).toEqual(['all'])
    // Half of the subjects: blocks, not volumes, are what chance counts.
    const half = ['evaluate.split=grouped', 'evaluate.shares.test=0.5']
    const grouped = await run('grouped', 'paper-b', bids, ...neighbour, ...half)
    expect(Math.abs(grouped.report.summary!.balancedAccuracy.mean - 0.5)).toBeLessThan(0.13)
    expect(grouped.report.leaks).toEqual([])
  })

  it('gives no decoder for a scanner', async () => {
    const result = await limbic('train', 'paper-a', '--bids', bids, '--out', join(dir, 'train'))
    expect(result.code).not.toBe(0)
    expect(result.stderr).toContain('only it gives a decoder for new subjects')
  })
})

describe.skipIf(!hasShared)('Haxby 2011 (set LIMBIC_SHARED)', () => {
  const haxby = (): string => sharedPath('data', 'haxby2011-vt-10subj-lh', 'bids')

  it('rises with the number of calibration runs, up to what a subject teaches about itself', async () => {
    const { report } = await run(
      'curve',
      'examples/haxby2011-learning-curve',
      haxby(),
      'classify.baselines=[time-index]',
    )
    const { unit, points } = report.learningCurve!
    expect(unit).toBe('runs')
    expect(points.map(({ amount }) => amount)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(points[0]!.accuracy.mean).toBeGreaterThan(0.36)
    expect(points[0]!.accuracy.mean).toBeLessThan(0.42)
    expect(points[6]!.accuracy.mean).toBeGreaterThan(0.6)
    expect(points[6]!.accuracy.mean).toBe(report.summary!.accuracy.mean)
    for (let i = 1; i < 7; i++)
      expect(points[i]!.accuracy.mean).toBeGreaterThan(points[i - 1]!.accuracy.mean - 0.02)
    expect(report.withinSubject!.accuracy.mean).toBeGreaterThan(0.55)
    // All subjects saw the categories in one order: the clock knows it, and the report says so.
    expect(report.baselines['time-index']!.accuracy.mean).toBeGreaterThan(0.25)
    expect(report.warnings.join()).toContain('same order in all subjects')
  })

  it('chooses settings inside each fold', async () => {
    const { report } = await run(
      'nested',
      'examples/haxby2011-nested',
      haxby(),
      'choose.innerSubjects=2',
      'choose.grid.select.k=[200]',
      'choose.grid.align=[{ components: 30 }, { components: null }]',
      'choose.grid.align.newSubject=[{ kind: procrustes }, { kind: ridge, lambda: 0.3 }]',
      'classify.baselines=[]',
      'evaluate.unaligned=false',
    )
    expect(report.summary!.accuracy.mean).toBeGreaterThan(0.55)
    for (const { choices } of report.folds)
      expect(Object.keys(choices!)).toEqual([
        'select.k',
        'align',
        'classify.options.shrinkage',
        'align.newSubject',
      ])
  })
})
