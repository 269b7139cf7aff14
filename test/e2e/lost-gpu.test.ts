/** A GPU that goes away in the middle of training: a clear error, a checkpoint that is whole, and the cpu engine to go on with. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import type { Emit } from '../../src/core/events.ts'
import { openCpuEngine } from '../../src/engine/cpu/open-cpu-engine.ts'
import type { Engine } from '../../src/engine/index.ts'
import { openGpu } from '../../src/engine/webgpu/open-webgpu-engine.ts'
import { fitResnet3dVolumes } from '../../src/train/volumes/index.ts'
import { describeGpu } from '../engine/webgpu/_gpu.ts'
import { makeRuns } from '../train/volumes/_volumes.ts'

const { samples } = makeRuns([16], { signal: 0.7 })
const options = { epochs: 4, members: 1, batchSize: 8, inputNoise: 0.2, volumeZ: false }
const checkpointDir = mkdtempSync(join(tmpdir(), 'limbic-lost-gpu-'))
afterAll(() => rmSync(checkpointDir, { recursive: true }))

const fit = (engine: Engine, emit: Emit): ReturnType<typeof fitResnet3dVolumes> =>
  fitResnet3dVolumes(samples, options, {
    rng: createRng(1),
    emit,
    openEngine: () => Promise.resolve(engine),
    checkpointDir,
  })

describeGpu('training on a GPU that is lost (needs a GPU driver)', () => {
  it('ends with a clear error, and goes on from its last checkpoint on the cpu engine', async () => {
    const { engine, context } = await openGpu()
    const lose: Emit = (event) => {
      if (event.type === 'progress' && event.detail?.startsWith('epoch 2/4, loss') === true)
        setImmediate(() => context.backend.device.destroy())
    }
    await expect(fit(engine, lose)).rejects.toMatchObject({
      code: 'ENGINE_DEVICE_LOST',
      message: expect.stringMatching(/resumes from its last checkpoint/) as string,
    })
    engine.dispose()
    expect(readdirSync(checkpointDir)).toHaveLength(1)

    const cpu = await openCpuEngine(1)
    const notes: string[] = []
    const resumed = await fit(cpu, (event) => event.type === 'note' && notes.push(event.message))
    expect(notes.join()).toMatch(/^train resnet3d: resumed after epoch [12]$/)
    expect(readdirSync(checkpointDir)).toEqual([])
    const whole = await fit(cpu, () => undefined)
    expect(resumed.epochs).toHaveLength(4)
    resumed.epochs.forEach(({ loss }, epoch) =>
      expect(Math.abs(loss - whole.epochs[epoch]!.loss)).toBeLessThan(1e-3),
    )
  })
})
