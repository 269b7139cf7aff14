import { inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodePng, pngAddress, type Pixels } from '../../../../src/evaluate/report/quality/png.ts'

const image: Pixels = { width: 2, height: 2, nChannels: 1, data: Uint8Array.of(0, 255, 128, 7) }

describe('encodePng', () => {
  it('writes signature, header, data and end', () => {
    const bytes = Buffer.from(encodePng(image))
    expect([...bytes.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    expect(chunks(bytes).map(({ name }) => name)).toEqual(['IHDR', 'IDAT', 'IEND'])
    expect([...chunks(bytes)[0]!.data]).toEqual([0, 0, 0, 2, 0, 0, 0, 2, 8, 0, 0, 0, 0])
    // The check of an empty IEND is the same in every PNG.
    expect(bytes.subarray(-4).toString('hex')).toBe('ae426082')
  })

  it('holds every pixel', () => {
    const sizes = fc.record({
      width: fc.integer({ min: 1, max: 9 }),
      height: fc.integer({ min: 1, max: 9 }),
      nChannels: fc.constantFrom(1 as const, 3 as const),
    })
    fc.assert(
      fc.property(
        sizes,
        fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 243, maxLength: 243 }),
        (size, values) => {
          const rowBytes = size.width * size.nChannels
          const data = Uint8Array.from(values.slice(0, rowBytes * size.height))
          const rows = inflateSync(chunks(Buffer.from(encodePng({ ...size, data })))[1]!.data)
          const back = [...rows].filter((_, i) => i % (rowBytes + 1) !== 0)
          expect(back).toEqual([...data])
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('pngAddress', () => {
  it('is the file in base 64', () => {
    expect(pngAddress(image)).toBe(
      `data:image/png;base64,${Buffer.from(encodePng(image)).toString('base64')}`,
    )
  })
})

function chunks(bytes: Buffer): { name: string; data: Buffer }[] {
  const found: { name: string; data: Buffer }[] = []
  for (let at = 8; at < bytes.length;) {
    const size = bytes.readUInt32BE(at)
    const name = bytes.toString('latin1', at + 4, at + 8)
    found.push({ name, data: bytes.subarray(at + 8, at + 8 + size) })
    at += 12 + size
  }
  return found
}
