import { expect, it } from 'vitest'
import { exitCodes } from '../../src/cli/exit-codes.ts'

it('exit codes are what scripts rely on, each with one meaning', () => {
  expect(exitCodes).toEqual({ ok: 0, findings: 1, usage: 2, bug: 70, again: 75, interrupted: 130 })
})
