import { describe, expect, it } from 'vitest'
import { createFinding, type Finding } from '../../../src/core/errors/finding.ts'
import { shortenFindings } from '../../../src/core/errors/shorten-findings.ts'

const missing = (n: number, severity: Finding['severity'] = 'warning'): Finding =>
  createFinding(severity, 'SLICE_TIMING_MISSING', { where: `run-${n}` })

describe('shortenFindings', () => {
  it('leaves a few as they are', () => {
    const few = [missing(1), missing(2), missing(3)]
    expect(shortenFindings(few, 'runs')).toEqual(few)
    expect(shortenFindings([], 'runs')).toEqual([])
  })

  it('counts those that say the same', () => {
    const many = Array.from({ length: 9 }, (_, n) => missing(n))
    const blank = createFinding('warning', 'VOLUME_BLANK', { what: 'a', found: '0' })
    const [first, second, third, ...rest] = shortenFindings([...many, blank], 'runs')
    expect([first, second]).toEqual(many.slice(0, 2))
    expect(third!.message).toBe(`${many[2]!.message} The same holds for 6 more runs.`)
    expect(rest).toEqual([blank])
    expect(shortenFindings(many, 'runs', 1)[0]!.message).toMatch(/8 more runs\.$/)
  })

  it('never lets a warning swallow an error', () => {
    const mixed = [...Array.from({ length: 4 }, (_, n) => missing(n)), missing(9, 'error')]
    expect(shortenFindings(mixed, 'runs').filter(({ severity }) => severity === 'error')).toEqual([
      missing(9, 'error'),
    ])
  })
})
