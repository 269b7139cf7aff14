import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  planScan,
  type ScannerAction,
  type ScannerFaults,
} from '../../../src/realtime/scanner/plan.ts'

const five = Array.from({ length: 5 }, (_, index) => ({ index, atMs: null }))
const plan = (faults: ScannerFaults): ScannerAction[] => planScan(five, 1000, faults, 1)
const short = (actions: readonly ScannerAction[]): string[] =>
  actions.map(({ atMs, volume, do: what, form }) =>
    [
      atMs,
      volume,
      ...(what === 'complete' ? ['complete'] : []),
      ...(form === 'whole' ? [] : [form]),
    ].join(' '),
  )

describe('a plan', () => {
  it('is one volume per TR when nothing goes wrong', () => {
    expect(short(plan({}))).toEqual(['0 0', '1000 1', '2000 2', '3000 3', '4000 4'])
  })

  it('keeps recorded times', () => {
    const recorded = [3, 7].map((index) => ({ index, atMs: index * 10 }))
    expect(short(planScan(recorded, 1000, {}, 1))).toEqual(['30 3', '70 7'])
  })

  it.each([
    [{ drop: new Set([1]) }, ['0 0', '2000 2', '3000 3', '4000 4']],
    [{ duplicate: new Set([1]) }, ['0 0', '1000 1', '1600 1', '2000 2', '3000 3', '4000 4']],
    [{ conflict: new Set([1]) }, ['0 0', '1000 1', '1600 1 altered', '2000 2', '3000 3', '4000 4']],
    [{ reorder: new Set([1]) }, ['0 0', '2000 2', '2250 1', '3000 3', '4000 4']],
    [{ late: new Map([[1, 2500]]) }, ['0 0', '2000 2', '3000 3', '3500 1', '4000 4']],
    [{ stall: new Map([[3, 5000]]) }, ['0 0', '1000 1', '2000 2', '8000 3', '9000 4']],
    [
      { truncate: new Map([[1, 300]]) },
      ['0 0', '1000 1 truncated', '1300 1 complete truncated', '2000 2', '3000 3', '4000 4'],
    ],
    [
      { preallocate: new Map([[1, Infinity]]) },
      ['0 0', '1000 1 preallocated', '2000 2', '3000 3', '4000 4'],
    ],
    [{ wrongMatrix: new Set([4]) }, ['0 0', '1000 1', '2000 2', '3000 3', '4000 4 wrong-matrix']],
  ] as const)('%j', (faults, expected) => {
    expect(short(plan(faults))).toEqual(expected)
  })

  it('with jitter is the same for the same seed, within its bounds, and sends everything', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 3000 }), (seed, jitterMs) => {
        const first = planScan(five, 1000, { jitterMs }, seed)
        expect(planScan(five, 1000, { jitterMs }, seed)).toEqual(first)
        expect(first.map(({ volume }) => volume).sort()).toEqual([0, 1, 2, 3, 4])
        for (const { volume, atMs } of first) {
          expect(atMs).toBeGreaterThanOrEqual(1000 * volume)
          expect(atMs).toBeLessThanOrEqual(1000 * volume + jitterMs)
        }
        expect(first.map(({ atMs }) => atMs)).toEqual(
          first.map(({ atMs }) => atMs).toSorted((a, b) => a - b),
        )
      }),
    )
  })
})
