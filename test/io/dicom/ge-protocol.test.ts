import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { parseGeProtocol } from '../../../src/io/dicom/ge-protocol.ts'

function block(text: string): Uint8Array {
  const zip = gzipSync(text)
  const bytes = new Uint8Array(4 + zip.length + 3)
  new DataView(bytes.buffer).setUint32(0, zip.length, true)
  bytes.set(zip, 4)
  return bytes
}

describe('parseGeProtocol', () => {
  it('reads slice order and view order', () => {
    const text = 'set IMODE "2D"\nset SLICEORDER "1"\nset VIEWORDER "0"\n'
    expect(parseGeProtocol(block(text))).toEqual({ sliceOrder: 1, viewOrder: 0 })
    expect(parseGeProtocol(block('VIEWORDER "1"'))).toEqual({ viewOrder: 1 })
  })

  it('does not take one key for the end of another', () => {
    expect(parseGeProtocol(block('set OTHERSLICEORDER "1"'))).toEqual({})
  })

  it('gives nothing for damaged, empty and exploding blocks', () => {
    const damaged = block('set SLICEORDER "1"')
    damaged[20]! ^= 255
    for (const bytes of [damaged, new Uint8Array(0), new Uint8Array(9), block(' '.repeat(2 << 20))])
      expect(parseGeProtocol(bytes)).toEqual({})
  })
})
