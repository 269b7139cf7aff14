/** Where the features of subjects match already, full-rank alignment lowers accuracy: the report must say so instead of selling a gain. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { reportSchema } from '../../src/core/schemas/report.ts'
import { hasShared } from '../_shared.ts'
import { limbic, temporaryFolder } from './_cli.ts'
import { segments, writeListeners } from './_listeners.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

const pipelineText = `
name: listeners
steps:
  - stage: data
  - stage: label
    classes: { ${segments.map((name) => `${name}: [${name}]`).join(', ')} }
    method: { kind: shift, lagSeconds: 0 }
  - stage: clean
    mask: all
    detrend: none
  - stage: select
    mode: all
  - stage: align
    method: hyperalignment
  - stage: classify
    model: nearest-centroid
    innerSubjects: 0
  - stage: evaluate
    # Nine at a time are held out, which is four templates instead of 36.
    split: k-fold
    folds: 4
    unit: block
    zeroShot: false
`

describe.skipIf(!hasShared)('factor weights of listeners (set LIMBIC_SHARED)', () => {
  it('are told apart less well after full-rank alignment, and the report says so', async () => {
    const [bids, out] = [join(dir, 'bids'), join(dir, 'out')]
    const nSubjects = await writeListeners(bids)
    writeFileSync(join(dir, 'pipeline.yaml'), pipelineText)
    const result = await limbic('run', join(dir, 'pipeline.yaml'), '--bids', bids, '--out', out)
    expect(result.code, result.stderr).toBe(0)
    const report = reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')))
    expect(report.folds).toHaveLength(nSubjects)
    expect(report.chance.uniform).toBeCloseTo(1 / 30, 6)
    const [aligned, unaligned] = [report.summary!, report.unaligned!]
    expect(unaligned.accuracy.mean).toBeGreaterThan(0.22)
    expect(aligned.accuracy.mean).toBeLessThan(0.6 * unaligned.accuracy.mean)
    const said = 'Full-rank alignment does not help here, it lowers accuracy: nearest-centroid'
    expect(report.warnings.join()).toContain(said)
    expect(result.stdout).toContain(said)
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain(said)
  })
})
