import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { isLimbicError } from '../../src/core/errors/index.ts'
import {
  assertSimulateOptions,
  defaultSimulateOptions as defaults,
} from '../../src/simulate/options.ts'

const refusal = (options: object): string => {
  try {
    assertSimulateOptions({ ...defaults, ...options })
  } catch (error) {
    if (isLimbicError(error, 'SIMULATE_OPTION_INVALID')) return error.message
    throw error
  }
  return 'accepted'
}

describe('assertSimulateOptions', () => {
  it('accepts the defaults and the shortest run that has every class', () => {
    expect(refusal({})).toBe('accepted')
    expect(refusal({ volumes: 45 })).toBe('accepted')
  })

  it('names the option, what was expected and found, and what to do', () => {
    expect(refusal({ volumes: 44 })).toMatchInlineSnapshot(
      `"The option "volumes" of the simulation cannot give a usable dataset. Expected at least 45, five blocks of 18 s at a TR of 2 s; found 44. Try: Ask for 45 volumes or more, or for shorter blocks."`,
    )
    expect(refusal({ shape: [16, 7, 12] })).toMatchInlineSnapshot(
      `"The option "shape[1]" of the simulation cannot give a usable dataset. Expected a whole number from 8 to 256; found 7. Try: Choose shape[1] within that range."`,
    )
  })

  it.each([
    [{ subjects: 0 }],
    [{ subjects: 2.5 }],
    [{ runs: 0 }],
    [{ effect: -1 }],
    [{ effect: NaN }],
    [{ trSeconds: 0 }],
    [{ ar1: 1 }],
    [{ commonShare: 1.1 }],
    [{ latentDims: 2 }],
    [{ whiteNoiseSd: 0 }],
    [{ calibrationVolumes: 9 }],
    [{ textureSd: -1 }],
    [{ textureSigmaVoxels: [2.5, 9] }],
  ])('refuses %o', (options) => {
    expect(refusal(options)).toContain(Object.keys(options)[0])
  })

  it('asks for as many volumes as five blocks take, at any TR and block length', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        fc.double({ min: 2, max: 120, noNaN: true }),
        fc.integer({ min: 1, max: 2000 }),
        (trSeconds, blockSeconds, volumes) => {
          const accepted = refusal({ trSeconds, blockSeconds, volumes }) === 'accepted'
          expect(accepted).toBe(volumes >= Math.ceil((5 * blockSeconds) / trSeconds))
        },
      ),
    )
  })
})
