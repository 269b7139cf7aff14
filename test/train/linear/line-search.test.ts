import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchLine, type LinePoint } from '../../../src/train/linear/line-search.ts'

type Curve = (step: number) => LinePoint

/** (step - minimum)^2 / 2. */
const parabola =
  (minimum: number): Curve =>
  (step) => ({ step, value: (step - minimum) ** 2 / 2, slope: step - minimum })

/** exp(-step) + rate * step: flat far away, steep at the beginning. */
const decay =
  (rate: number): Curve =>
  (step) => ({ step, value: Math.exp(-step) + rate * step, slope: rate - Math.exp(-step) })

function expectGoodStep(curve: Curve, firstStep: number): void {
  const start = curve(0)
  const found = searchLine(start, firstStep, curve, 30)
  expect(found).toBeDefined()
  expect(found!.value).toBeLessThanOrEqual(start.value + 1e-3 * found!.step * start.slope)
  expect(Math.abs(found!.slope)).toBeLessThanOrEqual(0.9 * Math.abs(start.slope))
}

describe('searchLine', () => {
  it('takes the first step when it is good', () => {
    expect(searchLine(parabola(1)(0), 1, parabola(1), 20)).toEqual({ step: 1, value: 0, slope: 0 })
  })

  it('finds a good step from a first one that is far too long or too short', () => {
    const scales = fc.double({ min: -4, max: 4, noNaN: true })
    fc.assert(
      fc.property(scales, scales, (minimum, first) => {
        expectGoodStep(parabola(10 ** minimum), 10 ** first)
        expectGoodStep(decay(1 / (1 + 10 ** minimum)), 10 ** first)
      }),
    )
  })

  it('passes over a bump in the slope', () => {
    const wave: Curve = (step) => ({
      step,
      value: Math.sin(3 * step) / 3 - 2 * step + step ** 4 / 4,
      slope: Math.cos(3 * step) - 2 + step ** 3,
    })
    for (const first of [0.05, 0.5, 3]) expectGoodStep(wave, first)
  })

  it('gives up where nothing lowers the value', () => {
    const lie: Curve = (step) => ({ step, value: step, slope: -1 })
    expect(searchLine(lie(0), 1, lie, 20)).toBeUndefined()
    const cliff: Curve = (step) => ({ step, value: step === 0 ? 0 : NaN, slope: -1 })
    expect(searchLine(cliff(0), 1, cliff, 20)).toBeUndefined()
  })
})
