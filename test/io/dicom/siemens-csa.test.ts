import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csaNumbers, parseCsa } from '../../../src/io/dicom/siemens-csa.ts'
import { sharedPath } from '../../_shared.ts'
import { concat, csaBytes } from './_dicom-bytes.ts'

describe('parseCsa', () => {
  it('reads texts and numbers of version 2', () => {
    const csa = parseCsa(csaBytes({ One: ['1.5', '-2'], Text: ['a b'], None: [] }))
    expect([...csa]).toEqual([
      ['One', ['1.5', '-2']],
      ['Text', ['a b']],
      ['None', []],
    ])
    expect(csaNumbers(csa, 'One')).toEqual([1.5, -2])
    expect(['Text', 'None', 'Absent'].map((name) => csaNumbers(csa, name))).toEqual(
      Array(3).fill(undefined),
    )
  })

  it('reads version 1, whose lengths are too large by the number of items of the first element', () => {
    const [nItems, text] = [6, '12.5']
    const head = new DataView(new ArrayBuffer(8 + 84))
    head.setUint32(0, 1, true)
    head.setUint32(4, 77, true)
    new Uint8Array(head.buffer, 8).set(new TextEncoder().encode('Value'))
    head.setUint32(8 + 76, nItems, true)
    const item = new DataView(new ArrayBuffer(20))
    item.setInt32(0, text.length + nItems, true)
    new Uint8Array(item.buffer, 16).set(new TextEncoder().encode(text))
    const empty = new DataView(new ArrayBuffer(16))
    empty.setInt32(0, nItems, true)
    const bytes = concat(
      [head, item, ...Array<DataView>(5).fill(empty)].map((v) => new Uint8Array(v.buffer)),
    )
    expect(csaNumbers(parseCsa(bytes), 'Value')).toEqual([12.5])
  })

  it('gives what it can, for any bytes', () => {
    const whole = csaBytes({ A: ['1'], B: ['2', '3'], C: ['4'] })
    expect(parseCsa(new Uint8Array(0)).size).toBe(0)
    expect([...parseCsa(whole.subarray(0, whole.length - 4)).keys()]).toEqual(['A', 'B'])
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 9 }),
        (edits) => {
          const bytes = whole.slice()
          for (const [at, byte] of edits) bytes[at] = byte
          // A damaged count can turn items into elements, each of which still takes 84 bytes.
          const csa = parseCsa(bytes)
          expect(csa.size).toBeLessThanOrEqual(Math.floor(whole.length / 84))
        },
      ),
    )
  })
})

const dir = sharedPath('data', 'nibabel-tests', 'nicom', 'tests', 'data')
const files = existsSync(dir) ? readdirSync(dir).filter((name) => /\.bin(\.gz)?$/.test(name)) : []

describe.skipIf(files.length === 0)('private headers of nibabel (set LIMBIC_SHARED)', () => {
  const read = (name: string): ReadonlyMap<string, readonly string[]> => {
    const bytes = readFileSync(`${dir}/${name}`)
    return parseCsa(name.endsWith('.gz') ? gunzipSync(bytes) : bytes)
  }

  it.each(files)('%s', (name) => {
    expect(() => read(name)).not.toThrow()
  })

  it('reads the diffusion header', () => {
    const csa = read('csa2_b1000.bin')
    expect(csaNumbers(csa, 'B_value')).toEqual([1000])
    expect(csaNumbers(csa, 'NumberOfImagesInMosaic')).toEqual([48])
    expect(csaNumbers(csa, 'MosaicRefAcqTimes')).toHaveLength(48)
  })
})
