import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LimbicError } from '../../../src/core/errors/index.ts'
import { describeFailure, reviveError } from '../../../src/core/errors/failure.ts'

/** To the other side of a thread and back. */
const roundTrip = (error: unknown): Error => reviveError(structuredClone(describeFailure(error)))

describe('an error that crosses from a worker', () => {
  it('keeps code, details and message when it is one of ours', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(), (mask, k, nVoxels) => {
        for (const error of [
          new LimbicError('SELECT_K_TOO_LARGE', { k, nVoxels }),
          new LimbicError('MASK_SIZE_MISMATCH', { mask, expected: '8', found: '9' }),
          new LimbicError('STRICT_NEEDS_TWO_RUNS', { subject: mask, found: [mask, '2'] }),
        ]) {
          const revived = roundTrip(error)
          expect(revived).toBeInstanceOf(LimbicError)
          expect(revived).toMatchObject({ code: error.code, details: error.details })
          expect(revived.message).toBe(error.message)
        }
      }),
    )
  })

  it('keeps message and stack when it is not', () => {
    const error = new TypeError('x is not a function')
    const revived = roundTrip(error)
    expect(revived).not.toBeInstanceOf(LimbicError)
    expect(revived).toMatchObject({ message: error.message, stack: error.stack })
  })

  it.each([
    ['text', 'text'],
    [undefined, 'undefined'],
    [7, '7'],
  ])('is an error even when %j was thrown', (thrown, message) => {
    expect(roundTrip(thrown)).toBeInstanceOf(Error)
    expect(roundTrip(thrown).message).toBe(message)
  })

  it('of a code that this version does not know is an error all the same', () => {
    const failure = { code: 'FROM_THE_FUTURE', details: {}, message: 'new', stack: 'new at x' }
    expect(reviveError(failure)).toMatchObject({ message: 'new', stack: 'new at x' })
  })
})
