import { expect, it } from 'vitest'
import { noMemo } from '../../src/core/memo.ts'

it('noMemo computes every time, whatever the key', async () => {
  let nComputed = 0
  const compute = (): Promise<number> => Promise.resolve(++nComputed)
  expect(await noMemo('stage', { k: 1 }, compute)).toBe(1)
  expect(await noMemo('stage', { k: 1 }, compute)).toBe(2)
})

it('noMemo hands on what went wrong', async () => {
  await expect(noMemo('stage', 1, () => Promise.reject(new Error('broken')))).rejects.toThrow(
    'broken',
  )
})
