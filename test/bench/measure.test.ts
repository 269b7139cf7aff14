import { expect, it } from 'vitest'
import { measure } from '../../bench/measure.ts'

it('warms up once, then times every repetition, whether it waits or not', async () => {
  const calls: number[] = []
  const result = await measure(
    {
      name: 'count',
      repetitions: 3,
      setup: (threads) =>
        Promise.resolve(() => {
          calls.push(threads)
        }),
    },
    2,
  )
  expect(calls).toEqual([2, 2, 2, 2])
  expect(result).toMatchObject({ name: 'count', threads: 2 })
  expect(result.minSeconds).toBeLessThanOrEqual(result.medianSeconds)
  expect(result.peakMb).toBeGreaterThan(10)
})

it('counts the time that a promise takes, but not as work of the processor', async () => {
  const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30))
  const { minSeconds, cpuSeconds } = await measure(
    { name: 'wait', repetitions: 1, setup: () => Promise.resolve(wait) },
    1,
  )
  expect(minSeconds).toBeGreaterThan(0.025)
  expect(cpuSeconds).toBeLessThan(minSeconds)
})
