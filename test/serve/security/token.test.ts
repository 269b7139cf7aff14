import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isSameSecret } from '../../../src/serve/security/token.ts'

it('agrees with ===', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(isSameSecret(a, b)).toBe(a === b)
      expect(isSameSecret(a, a)).toBe(true)
    }),
  )
})

it('takes nothing for nothing', () => {
  expect(isSameSecret('', undefined)).toBe(false)
})
