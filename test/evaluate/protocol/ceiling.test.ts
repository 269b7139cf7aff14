import { describe, expect, it } from 'vitest'
import { scoreCeiling } from '../../../src/evaluate/protocol/ceiling.ts'
import { runStrictFold } from '../../../src/evaluate/protocol/strict.ts'
import { makeContext, makePipeline, makeStudy } from './_study.ts'

describe('scoreCeiling', () => {
  it('decodes each labelled run by the others, without anybody else', async () => {
    const ceiling = await scoreCeiling(makeContext(), makeStudy()[1]!)
    expect(ceiling!.nTest).toBe(80)
    expect(ceiling!.balancedAccuracy).toBeGreaterThan(0.8)
  })

  it('is unknown with a single labelled run', async () => {
    const subject = makeStudy()[1]!
    expect(
      await scoreCeiling(makeContext(), { ...subject, runs: subject.runs.slice(0, 2) }),
    ).toBeNull()
  })

  it('stands in the fold when it is asked for', async () => {
    const context = makeContext(makePipeline(['evaluate.withinSubject=true']))
    const fold = await runStrictFold(context, makeStudy(), '02')
    expect(fold.withinSubject!.nTest).toBe(80)
    expect((await runStrictFold(makeContext(), makeStudy(), '02')).withinSubject).toBeUndefined()
  })
})
