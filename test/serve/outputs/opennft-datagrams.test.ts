import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { controlDatagrams, formatDatagrams } from '../../../src/serve/outputs/opennft-datagrams.ts'

const timed = { condition: 'negative', value: 0.75, sentAt: 1_700_000_000.25 }
const hex = (datagrams: Buffer[]): string[] => datagrams.map((bytes) => bytes.toString('hex'))

describe('formatDatagrams', () => {
  it('text: time, condition, time, value, each as decimal text', () => {
    expect(formatDatagrams('text', timed).map(String)).toEqual([
      '1700000000.250000',
      'negative',
      '1700000000.250000',
      '0.750000',
    ])
  })

  it('binary: little-endian float32, and a name that cannot be taken for numbers', () => {
    expect(hex(formatDatagrams('binary', timed))).toEqual([
      floatHex(timed.sentAt),
      Buffer.from('negative ').toString('hex'),
      floatHex(timed.sentAt),
      '0000403f',
    ])
    expect(String(formatDatagrams('binary', { ...timed, condition: 'happy' })[1])).toBe('happy')
  })

  it('pyopennft: one big-endian float32', () => {
    expect(hex(formatDatagrams('pyopennft', timed))).toEqual(['3f400000'])
  })

  it('never has a text that looks like the end, or an exponent', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (value) => {
        const text = String(formatDatagrams('text', { ...timed, value }).at(-1))
        expect(text).toMatch(/^[01]\.\d{6}$/)
        expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(5e-7)
      }),
    )
  })
})

it('opens and closes with the control character, where the dialect has one', () => {
  expect(controlDatagrams('text').map(String)).toEqual(['#'])
  expect(hex(controlDatagrams('binary'))).toEqual(['23'])
  expect(controlDatagrams('pyopennft')).toEqual([])
})

function floatHex(value: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes.toString('hex')
}
