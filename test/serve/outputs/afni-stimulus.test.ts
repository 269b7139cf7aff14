import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  encodeGoodbye,
  encodeHello,
  encodeMessage,
  type StimulusExtras,
} from '../../../src/serve/outputs/afni-stimulus.ts'
import { parseHello, parseMessage } from './_stimulus-program.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytes = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

describe('the stream to a stimulus program, byte by byte', () => {
  it.each([
    [{ version: 0 }, 'abcdefab'],
    [{ version: 1, count: 3 }, 'abcdefac 03000000'],
    [{ version: 2, count: 513 }, 'abcdefad 01020000'],
    [{ version: 3, count: 1 }, 'abcdefae 01000000'],
    [{ version: 4, nRegions: 2, nVoxels: 7 }, 'abcdefaf 02000000 07000000'],
  ] as const)('begins with the version %j', (extras, text) => {
    expect(hex(encodeHello(extras, false))).toBe(text.replaceAll(' ', ''))
    const nBytes = bytes(text).length
    expect(parseHello(bytes(text), false)).toEqual({ extras, nBytes })
    for (let n = 0; n < nBytes; n++)
      expect(parseHello(bytes(text).subarray(0, n), false)).toBeNull()
  })

  it('has six motion parameters and the extras as float32 for each volume', () => {
    const message = { motion: [1, -2, 0.5, 0, 0, 0], extras: [100] }
    const text = '0000803f 000000c0 0000003f 00000000 00000000 00000000 0000c842'
    expect(hex(encodeMessage(message, false))).toBe(text.replaceAll(' ', ''))
    expect(parseMessage(bytes(text), { version: 1, count: 1 }, false)).toEqual({
      message,
      nBytes: 28,
    })
    expect(parseMessage(bytes(text).subarray(0, 27), { version: 1, count: 1 }, false)).toBeNull()
  })

  it('has eight numbers for each voxel in version 2', () => {
    const message = { motion: [0, 0, 0, 0, 0, 0], extras: Array.from({ length: 16 }, (_, i) => i) }
    const sent = encodeMessage(message, false)
    expect(sent).toHaveLength(4 * (6 + 16))
    expect(parseMessage(sent, { version: 2, count: 2 }, false)).toMatchObject({ message })
  })

  it('may be in the other byte order', () => {
    expect(hex(encodeHello({ version: 1, count: 3 }, true))).toBe('abcdefac00000003')
    expect(hex(encodeMessage({ motion: [1], extras: [] }, true))).toBe('3f800000')
    expect(parseHello(bytes('abcdefac00000003'), true)).toMatchObject({ extras: { count: 3 } })
  })

  it('ends with a goodbye, which is looked for before each volume', () => {
    expect(hex(encodeGoodbye())).toBe('deaddead')
    expect(parseMessage(bytes('deaddead'), { version: 1, count: 100 }, false)).toBe('goodbye')
    expect(parseMessage(bytes('deadde'), { version: 0 }, false)).toBeNull()
  })

  it('is told from others', () => {
    for (const text of ['00', 'abcdee', 'abcdefb0', 'abcdefaa', 'abcdefac ffffffff'])
      expect(parseHello(bytes(text), false)).toBeUndefined()
  })

  it('survives the way there and back', () => {
    const number = fc.float({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 6, maxLength: 6 }),
        fc.array(number, { maxLength: 20 }),
        fc.boolean(),
        (motion, values, isBig) => {
          const extras: StimulusExtras = { version: 1, count: values.length }
          const message = { motion, extras: values }
          const sent = encodeMessage(message, isBig)
          const begin = hex(sent.subarray(0, 4))
          fc.pre(begin !== 'deaddead')
          expect(parseMessage(sent, extras, isBig)).toEqual({ message, nBytes: sent.length })
        },
      ),
    )
  })
})
