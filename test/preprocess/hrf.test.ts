import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { computeRegressors, spmHrf, type TimedEvent } from '../../src/preprocess/hrf.ts'
import { columnOf, expectAllClose } from './_series.ts'

const block = (onset: number, duration: number, trialType = 'a'): TimedEvent => ({
  onset,
  duration,
  trialType,
})
const design = { nVolumes: 60, trSeconds: 2, kernel: 'spm' } as const

describe('computeRegressors', () => {
  it('reaches 1 under a block that is longer than the response', () => {
    const { data } = computeRegressors([block(0, 200)], ['a'], design)
    expect(data[0]).toBe(0)
    expect(data[59]).toBeCloseTo(1, 12)
  })

  it('equals a plain convolution on the fine grid', () => {
    const events = [block(7.3, 12), block(50, 0), block(61.04, 20)]
    const { data } = computeRegressors(events, ['a'], design)
    const dt = 2 / 50
    const boxcar = new Float64Array(24 / dt + design.nVolumes * 50 + 1)
    for (const { onset, duration } of events) {
      const first = Math.ceil((onset + 24) / dt - 1e-6)
      const end = Math.max(first + 1, Math.ceil((onset + duration + 24) / dt - 1e-6))
      boxcar.fill(1, first, end)
    }
    const kernel = spmHrf(2)
    const wanted = Array.from({ length: design.nVolumes }, (_, volume) => {
      const at = (24 + volume * 2) / dt
      return kernel.reduce(
        (sum, value, lag) => sum + value * (boxcar[Math.round(at) - lag] ?? 0),
        0,
      )
    })
    expectAllClose(data, wanted, 1e-9)
  })

  it('adds up over events and scales with their amplitude', () => {
    const time = fc.double({ min: 0, max: 90, noNaN: true })
    fc.assert(
      fc.property(
        time,
        time,
        fc.double({ min: -3, max: 3, noNaN: true }),
        (one, two, amplitude) => {
          const first = block(one, 8)
          const second = { ...block(two, 5), amplitude }
          const together = computeRegressors([first, second], ['a'], design).data
          const a = computeRegressors([first], ['a'], design).data
          const b = computeRegressors([{ ...second, amplitude: 1 }], ['a'], design).data
          expectAllClose(
            together,
            a.map((value, i) => value + amplitude * b[i]!),
            1e-12,
          )
        },
      ),
      { numRuns: 40 },
    )
  })

  it('gives each condition its own column, and zeros where nothing happens', () => {
    const regressors = computeRegressors([block(10, 10, 'b')], ['a', 'b'], design)
    expect([regressors.nRows, regressors.nCols]).toEqual([60, 2])
    expect(columnOf(regressors, 0).every((value) => value === 0)).toBe(true)
    expect(Math.max(...columnOf(regressors, 1))).toBeGreaterThan(0.5)
  })

  it('never answers before the event', () => {
    const { data } = computeRegressors([block(40, 10)], ['a'], design)
    expect(data.subarray(0, 21).every((value) => value === 0)).toBe(true)
  })

  it('refuses unusable events and designs', () => {
    const refused = expect.objectContaining({ code: 'VALUE_INVALID' }) as Error
    expect(() => computeRegressors([block(NaN, 1)], ['a'], design)).toThrow(refused)
    expect(() => computeRegressors([block(1, -1)], ['a'], design)).toThrow(refused)
    expect(() => computeRegressors([], ['a'], { ...design, nVolumes: 1 })).toThrow(refused)
    expect(() => computeRegressors([], ['a'], { ...design, trSeconds: 0 })).toThrow(refused)
  })

  it('names the event that is unusable', () => {
    let message = ''
    try {
      computeRegressors([block(0, 1), block(5, NaN, 'neutral')], ['a'], design)
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).toMatchInlineSnapshot(
      `"The value of event 2 (trial type "neutral") cannot be used. Expected a finite onset and a duration of 0 or more seconds; found onset 5, duration NaN. Try: Correct the value and run again."`,
    )
  })
})
