import { describe, expect, it } from 'vitest'
import { assertBinding } from '../../../src/serve/security/binding.ts'

const token = '0123456789abcdef'
const allow = ['data']

describe('assertBinding', () => {
  it.each(['127.0.0.1', '::1', 'localhost'])('asks for nothing at %s', (host) => {
    expect(() => assertBinding({ host, token: undefined, allow: [] })).not.toThrow()
  })

  it.each(['0.0.0.0', '::', '192.168.1.5', 'scanner.example'])(
    'asks for a token and for folders at %s',
    (host) => {
      expect(() => assertBinding({ host, token, allow })).not.toThrow()
      expect(() => assertBinding({ host, token: undefined, allow })).toThrow(
        expect.objectContaining({ code: 'SERVE_TOKEN_MISSING' }),
      )
      expect(() => assertBinding({ host, token, allow: [] })).toThrow(
        expect.objectContaining({ code: 'SERVE_ALLOW_MISSING' }),
      )
    },
  )

  it.each(['', 'short', '0123456789abcde', 'with a space in between', 'newline\n0123456789abcdef'])(
    'refuses the token %j anywhere',
    (weak) => {
      for (const host of ['127.0.0.1', '0.0.0.0'])
        expect(() => assertBinding({ host, token: weak, allow })).toThrow(
          expect.objectContaining({ code: 'SERVE_TOKEN_WEAK' }),
        )
    },
  )
})
