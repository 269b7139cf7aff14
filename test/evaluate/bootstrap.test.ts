import { expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { bootstrapInterval } from '../../src/evaluate/bootstrap.ts'
import { summarize } from '../../src/evaluate/statistics.ts'

it('lies close to the Student t interval where that holds', () => {
  const rng = createRng('many normal values')
  const values = Array.from({ length: 60 }, () => 0.6 + 0.1 * rng.normal())
  const [low, high] = bootstrapInterval(values)!
  const [tLow, tHigh] = summarize(values).ci95!
  expect(Math.abs(low - tLow)).toBeLessThan(0.005)
  expect(Math.abs(high - tHigh)).toBeLessThan(0.005)
})

it('gives the same interval for the same values, wider for a higher level', () => {
  const values = [0.4, 0.5, 0.7, 0.9, 0.6]
  expect(bootstrapInterval(values)).toEqual(bootstrapInterval(values))
  expect(bootstrapInterval(values, 0.99)![0]).toBeLessThan(bootstrapInterval(values, 0.9)![0])
})

it('is a point where all subjects agree, and nothing for a single one', () => {
  expect(bootstrapInterval([0.5, 0.5, 0.5])).toEqual([0.5, 0.5])
  expect(bootstrapInterval([0.5])).toBeNull()
  expect(bootstrapInterval([])).toBeNull()
})
