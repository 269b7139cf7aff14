/** Published data through the built command line: what a good implementation reaches on Haxby 2001 and 2011. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { reportSchema, type Report } from '../../src/core/schemas/report.ts'
import { hasShared, sharedPath } from '../_shared.ts'
import { limbic, temporaryFolder } from './_cli.ts'
import { writeHaxby2001 } from './_haxby2001.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

async function run(name: string, bids: string, ...args: string[]): Promise<Report> {
  const out = join(dir, `out-${name.replaceAll('/', '-')}`)
  const result = await limbic('run', name, '--bids', bids, '--out', out, ...args)
  expect(result.code, result.stderr).toBe(0)
  return reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')))
}

describe.skipIf(!hasShared)('Haxby (set LIMBIC_SHARED)', () => {
  it('2001: eight categories within a subject, leave one run out, block means', async () => {
    const bids = join(dir, 'haxby2001')
    writeHaxby2001(bids, 'bold_1slice')
    const report = await run('examples/haxby2001', bids)
    expect(report.classes).toHaveLength(8)
    expect(report.pooled!.nTest).toBe(12 * 8)
    expect(report.summary!.accuracy.mean).toBeGreaterThanOrEqual(0.35)
    expect(report.baselines.lda!.accuracy.mean).toBeGreaterThanOrEqual(0.5)
  })

  it('2011: seven categories between subjects; alignment is what makes it work', async () => {
    const bids = sharedPath('data', 'haxby2011-vt-10subj-lh', 'bids')
    const report = await run(
      'examples/haxby2011',
      bids,
      '--set',
      'classify.baselines=[ridge, logistic, lda]',
    )
    expect(report.folds).toHaveLength(10)
    expect(report.summary!.accuracy.mean).toBeGreaterThanOrEqual(0.54)
    expect(report.unaligned!.accuracy.mean).toBeLessThanOrEqual(0.22)
    for (const fold of report.folds)
      expect(fold.accuracy, `sub-${fold.subject}`).toBeGreaterThan(fold.unaligned!.accuracy)
    const best = Math.max(...Object.values(report.baselines).map(({ accuracy }) => accuracy.mean))
    expect(best).toBeGreaterThanOrEqual(0.56)
  })
})
