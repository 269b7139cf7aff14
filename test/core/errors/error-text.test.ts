import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatErrorText } from '../../../src/core/errors/error-text.ts'

const problem = 'The file is broken.'
const remedy = 'Mend it.'

describe('formatErrorText', () => {
  it('says where, what is wrong, what was expected and found, and what to try', () => {
    expect(
      formatErrorText({ where: 'a.nii', problem, expected: '2 bytes', found: '1 byte', remedy }),
    ).toBe('a.nii: The file is broken. Expected 2 bytes; found 1 byte. Try: Mend it.')
  })

  it('leaves out what is not known', () => {
    expect(formatErrorText({ problem, remedy })).toBe('The file is broken. Try: Mend it.')
    expect(formatErrorText({ problem, found: 'nothing', remedy })).toBe(
      'The file is broken. Found nothing. Try: Mend it.',
    )
    expect(formatErrorText({ problem, expected: 'more', remedy })).toBe(
      'The file is broken. Expected more. Try: Mend it.',
    )
  })

  it('stays one paragraph when a part has several lines, as messages of other programs have', () => {
    expect(formatErrorText({ problem, found: 'error:\r\n  at line 3\n', remedy })).toBe(
      'The file is broken. Found error: at line 3. Try: Mend it.',
    )
    const part = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\r', '\t', '.') })
    fc.assert(
      fc.property(part, part, part, part, part, (where, what, expected, found, tip) => {
        const text = { where, problem: what, expected, found, remedy: tip }
        expect(formatErrorText(text)).not.toMatch(/[\r\n]/)
      }),
    )
  })
})
