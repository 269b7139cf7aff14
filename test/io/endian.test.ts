import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostIsBigEndian, swapBytes } from '../../src/io/endian.ts'

describe('swapBytes', () => {
  it.each([
    [1, [1, 2, 3, 4, 5, 6, 7, 8]],
    [2, [2, 1, 4, 3, 6, 5, 8, 7]],
    [4, [4, 3, 2, 1, 8, 7, 6, 5]],
    [8, [8, 7, 6, 5, 4, 3, 2, 1]],
  ])('reverses elements of %i bytes', (size, expected) => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
    swapBytes(bytes, size)
    expect([...bytes]).toEqual(expected)
  })

  it('undoes itself and touches nothing around', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 9, maxLength: 9 }), (bytes) => {
        const original = bytes.slice()
        swapBytes(bytes.subarray(1), 4)
        expect(bytes[0]).toBe(original[0])
        swapBytes(bytes.subarray(1), 4)
        expect(bytes).toEqual(original)
      }),
    )
  })
})

describe('hostIsBigEndian', () => {
  it('is what a typed array shows', () => {
    expect(new Uint8Array(Uint16Array.of(1).buffer)[0]).toBe(hostIsBigEndian ? 0 : 1)
  })
})
