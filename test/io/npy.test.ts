import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { formatNpy, parseNpy } from '../../src/io/npy.ts'

describe('npy', () => {
  it('reads what it writes, for every type', () => {
    const arrays = [
      Float32Array.of(1.5, -2, NaN, 0, 1, 2),
      Float64Array.of(Math.PI, 1, 2, 3, 4, Infinity),
      Int8Array.of(-1, 2, 3, 4, 5, 6),
      Uint8Array.of(255, 2, 3, 4, 5, 6),
      Int16Array.of(-300, 2, 3, 4, 5, 6),
      Uint16Array.of(60000, 2, 3, 4, 5, 6),
      Int32Array.of(-70000, 2, 3, 4, 5, 6),
      Uint32Array.of(4e9, 2, 3, 4, 5, 6),
      BigInt64Array.of(-1n, 2n, 3n, 4n, 5n, 6n),
      BigUint64Array.of(2n ** 63n, 2n, 3n, 4n, 5n, 6n),
    ]
    for (const data of arrays)
      expect(parseNpy(formatNpy(data, [2, 3]))).toEqual({ data, shape: [2, 3] })
  })

  it('starts its data at a multiple of 64 bytes, as numpy does', () => {
    const bytes = formatNpy(Float32Array.of(1, 2), [2])
    expect((bytes.length - 8) % 64).toBe(0)
    expect(new TextDecoder('latin1').decode(bytes.subarray(10, 64))).toContain("'shape': (2,)")
  })

  it('transposes Fortran order', () => {
    const bytes = formatNpy(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3])
    const text = new TextDecoder('latin1').decode(bytes)
    const at = text.indexOf('False')
    bytes.set(new TextEncoder().encode('True '), at)
    expect(parseNpy(bytes).data).toEqual(Float64Array.of(1, 3, 5, 2, 4, 6))
  })

  it('swaps big-endian elements without touching what it was given', () => {
    const bytes = Buffer.from(formatNpy(Int32Array.of(1, 256), [2]))
    bytes.write('>', bytes.indexOf('<'), 'latin1')
    const before = Buffer.from(bytes)
    expect(parseNpy(bytes).data).toEqual(Int32Array.of(1 << 24, 1 << 16))
    expect(bytes.equals(before)).toBe(true)
  })

  it('refuses other bytes, truncated data and unknown types', () => {
    const invalid = expect.objectContaining({ code: 'NPY_INVALID' }) as unknown
    expect(() => parseNpy(new Uint8Array(20))).toThrow(invalid)
    const bytes = formatNpy(Float64Array.of(1, 2, 3), [3])
    expect(() => parseNpy(bytes.subarray(0, bytes.length - 1))).toThrow(invalid)
    const text = Buffer.from(bytes)
    text.write('<c8', text.indexOf('<f8'), 'latin1')
    expect(() => parseNpy(text)).toThrow(invalid)
    expect(() => formatNpy(Float64Array.of(1), [2])).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
  })

  it('never throws anything else, whatever the bytes', () => {
    const start = Array.from(formatNpy(Float32Array.of(1, 2, 3, 4), [2, 2]))
    const damage = fc.array(fc.tuple(fc.nat(start.length - 1), fc.nat(255)), { maxLength: 8 })
    fc.assert(
      fc.property(damage, (changes) => {
        const bytes = Uint8Array.from(start)
        for (const [at, value] of changes) bytes[at] = value
        try {
          parseNpy(bytes)
        } catch (error) {
          expect(error).toMatchObject({ name: 'LimbicError' })
        }
      }),
      { numRuns: 500 },
    )
  })
})
