import { expect, it, vi } from 'vitest'
import { createYoungCollector } from '../../src/realtime/young-garbage.ts'

const megabytes = (): number => process.memoryUsage().arrayBuffers / 2 ** 20

/** As volumes come: each is looked at, and forgotten. */
function leaveVolumesBehind(): number {
  let sum = 0
  for (let i = 0; i < 10; i++) sum += new Float32Array(2 ** 18).fill(i)[7]!
  return sum
}

it('frees what volumes have left behind, and nothing that is held', async () => {
  const collect = createYoungCollector()
  collect()
  const held = new Float32Array(2 ** 18).fill(3)
  expect(leaveVolumesBehind()).toBe(45)
  const before = megabytes()
  collect()
  // Their memory is given back by a thread of the engine.
  await vi.waitFor(() => expect(megabytes()).toBeLessThan(before - 5), 10_000)
  expect(held.every((value) => value === 3)).toBe(true)
})
