import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  doubleGammaHrf,
  gloverHrf,
  hrfDispersionDerivative,
  hrfTimeDerivative,
  spmHrf,
} from '../../src/preprocess/hrf-kernel.ts'

const sum = (samples: Float64Array): number => samples.reduce((total, value) => total + value, 0)

describe('canonical responses', () => {
  it('rise from 0 to a peak near 5 s and undershoot after it', () => {
    for (const response of [spmHrf(2), gloverHrf(2)]) {
      const dt = 32 / (response.length - 1)
      const peak = response.indexOf(Math.max(...response)) * dt
      const trough = response.indexOf(Math.min(...response)) * dt
      expect(response[0]).toBe(0)
      expect(peak).toBeGreaterThan(4.5)
      expect(peak).toBeLessThan(5.6)
      expect(trough).toBeGreaterThan(peak + 5)
      expect(Math.min(...response)).toBeLessThan(0)
    }
  })

  it('sum to 1 on every grid', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 4, noNaN: true }),
        fc.integer({ min: 2, max: 60 }),
        (trSeconds, oversampling) => {
          expect(sum(spmHrf(trSeconds, { oversampling }))).toBeCloseTo(1, 12)
          expect(sum(gloverHrf(trSeconds, { oversampling }))).toBeCloseTo(1, 12)
          expect(sum(doubleGammaHrf(trSeconds))).toBeCloseTo(1, 12)
        },
      ),
    )
  })

  it('has one textbook sample per volume before the end', () => {
    expect(
      [doubleGammaHrf(2), doubleGammaHrf(2.5), doubleGammaHrf(0.8)].map((h) => h.length),
    ).toEqual([16, 13, 40])
    // t^5 e^-t / 5! at t = 2, beside which the undershoot is 4e-7; the rest is the normalisation.
    const samples = doubleGammaHrf(2)
    const ratio = samples[2]! / samples[1]!
    expect(ratio).toBeCloseTo(32 * Math.exp(-2), 3)
  })

  it('refuses times that are not above 0', () => {
    const refused = expect.objectContaining({ code: 'VALUE_INVALID' }) as Error
    expect(() => spmHrf(0)).toThrow(refused)
    expect(() => gloverHrf(2, { oversampling: NaN })).toThrow(refused)
    expect(() => doubleGammaHrf(2, -1)).toThrow(refused)
  })
})

describe('derivatives', () => {
  it('sum to 0: moving or widening a response leaves its sum alone', () => {
    for (const kernel of ['spm', 'glover'] as const) {
      expect(sum(hrfTimeDerivative(kernel, 2))).toBeCloseTo(0, 10)
      expect(sum(hrfDispersionDerivative(kernel, 2))).toBeCloseTo(0, 9)
    }
  })

  it('rises before the peak and falls after it', () => {
    const derivative = hrfTimeDerivative('spm', 1, { oversampling: 10 })
    expect(derivative[30]).toBeGreaterThan(0)
    expect(derivative[70]).toBeLessThan(0)
  })
})
