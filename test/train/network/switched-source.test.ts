import { expect, it } from 'vitest'
import { createSwitchedSource } from '../../../src/train/network/switched-source.ts'

it('draws from the stream that it was switched to last', () => {
  const constant = (value: number) => ({ uniform: () => value })
  const source = createSwitchedSource(constant(0.25))
  expect(source.uniform()).toBe(0.25)
  source.switchTo(constant(0.75))
  expect(source.uniform()).toBe(0.75)
})
