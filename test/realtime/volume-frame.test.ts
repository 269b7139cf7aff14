import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { isLimbicError } from '../../src/core/errors/index.ts'
import { volumeDatatypes, type VolumeHeader } from '../../src/core/schemas/volume-header.ts'
import {
  bodyBytesOf,
  encodeFrameHead,
  framePrefixBytes,
  parseFrameHeader,
  parseFramePrefix,
} from '../../src/realtime/volume-frame.ts'

const header: VolumeHeader = {
  index: 3,
  shape: [4, 3, 2],
  dtype: 'int16',
  order: 'little',
  affine: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1],
  trSeconds: 2,
  acquiredAt: null,
}

const read = (bytes: Uint8Array): VolumeHeader => {
  const { headerBytes, bodyBytes } = parseFramePrefix(bytes, 'a test')
  const end = framePrefixBytes + headerBytes
  return parseFrameHeader(bytes.subarray(framePrefixBytes, end), bodyBytes, 'a test')
}

describe('the head of a frame', () => {
  it('begins with magic and the two lengths', () => {
    const head = Buffer.from(encodeFrameHead(header))
    expect(head.toString('latin1', 0, 4)).toBe('FMV1')
    expect(head.readUInt32LE(4)).toBe(head.length - 12)
    expect(head.readUInt32LE(8)).toBe(4 * 3 * 2 * 2)
    expect(read(head)).toEqual(header)
  })

  it.each(volumeDatatypes.map((dtype, i) => [dtype, [2, 2, 4, 4, 8][i]!] as const))(
    'counts %s as %i bytes',
    (dtype, size) => {
      expect(bodyBytesOf({ shape: [5, 1, 1], dtype })).toBe(5 * size)
    },
  )

  it('refuses another magic, lengths beyond the limits, and a body of another length', () => {
    const change = (edit: (head: Buffer) => void): (() => unknown) => {
      const head = Buffer.from(encodeFrameHead(header))
      edit(head)
      return () => read(head)
    }
    expect(change((head) => head.write('NOPE', 0))).toThrow('FMV1')
    expect(change((head) => head.writeUInt32LE(1 << 20, 4))).toThrow('header of at most 65536')
    expect(change((head) => head.writeUInt32LE(2 ** 30, 8))).toThrow('at most 536870912')
    expect(change((head) => head.writeUInt32LE(47, 8))).toThrow('48 bytes of voxels')
    expect(change((head) => head.write('}', 12))).toThrow('volume-header.schema.json')
    expect(() => parseFramePrefix(Buffer.from('FMV1'), 'a test')).toThrow('4 bytes')
  })

  it('whatever the bytes are: a header, or a refusal that says so', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 12, maxLength: 200 }),
        fc.boolean(),
        (bytes, isOurs) => {
          if (isOurs) bytes.set(Buffer.from('FMV1'))
          try {
            read(bytes)
          } catch (error) {
            expect(isLimbicError(error, 'RT_FRAME_INVALID')).toBe(true)
          }
        },
      ),
    )
  })
})
