import { it, expect } from 'vitest'
import { describeGpu, hasDriver, useGpu } from '../_gpu.ts'

describeGpu('a device that is lost (needs a GPU driver)', async () => {
  const { engine, context } = hasDriver ? await useGpu() : ({} as never)

  it('ends the run with what to do: resume, or another engine', async () => {
    const { tf } = engine
    const before = tf.add(tf.ones([4]), 1)
    context.backend.device.destroy()
    const error: unknown = await before.data().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'ENGINE_DEVICE_LOST' })
    expect((error as Error).message).toMatch(/resumes from its last checkpoint.*--set engine=cpu/)
    expect(() => tf.add(before, 1)).toThrow(/The GPU was lost/)
  })
})
