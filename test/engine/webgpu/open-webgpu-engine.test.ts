import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { openEngine } from '../../../src/engine/index.ts'
import { softwareSwitch } from '../../../src/engine/webgpu/device/adapter.ts'
import { ownKernelNames } from '../../../src/engine/webgpu/register.ts'
import { describeGpu } from './_gpu.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

describeGpu('openEngine of a GPU (needs a GPU driver)', () => {
  afterAll(async () => (await openEngine('webgpu')).dispose())

  it('gives an engine that passed the self-test, and the same one again', async () => {
    const engine = await openEngine('webgpu')
    expect(engine.name).toBe('webgpu')
    expect(engine.description).toMatch(/^webgpu \(TensorFlow\.js 4\.\d+\.\d+ on .+\)$/)
    expect(await openEngine('webgpu')).toBe(engine)
  })

  it('switches between engines', async () => {
    const gpu = await openEngine('webgpu')
    const cpu = await openEngine('cpu')
    expect(gpu.tf.getBackend()).toBe('limbic-cpu')
    expect(await cpu.tf.add(cpu.tf.ones([2]), 1).data()).toEqual(Float32Array.of(2, 2))
    await openEngine('webgpu')
    expect(gpu.tf.getBackend()).toBe('limbic-webgpu')
  })

  it('refuses to read synchronously, which no GPU does here', async () => {
    const { tf } = await openEngine('webgpu')
    expect(() => tf.add(tf.ones([2]), 1).dataSync()).toThrow(/await tensor\.data\(\)/)
  })

  it('has replaced the stock convolutions', () => {
    expect(ownKernelNames).toEqual(expect.arrayContaining(['Conv3D', 'Conv2D', 'PadV2', 'Add']))
  })

  it('never takes a GPU in software unless told to', async () => {
    const before = process.env[softwareSwitch]
    delete process.env[softwareSwitch]
    try {
      const engine = await openEngine('auto')
      expect(engine.description).not.toMatch(/llvmpipe|software/i)
    } finally {
      process.env[softwareSwitch] = before
    }
  })

  it('can be opened again after it was disposed of', async () => {
    const first = await openEngine('webgpu')
    first.dispose()
    const second = await openEngine('webgpu')
    expect(second).not.toBe(first)
    expect(await second.tf.add(second.tf.ones([2]), 1).data()).toEqual(Float32Array.of(2, 2))
  })

  it('lets its process end by itself, with the device open or given back', () => {
    const entry = join(root, 'dist/src/engine/webgpu/open-webgpu-engine.js')
    expect(existsSync(entry), 'the build of the test run').toBe(true)
    for (const ending of ['', 'engine.dispose()']) {
      const program = `const { openWebgpuEngine } = await import(${JSON.stringify(pathToFileURL(entry).href)})
        const engine = await openWebgpuEngine()
        const y = await engine.tf.add(engine.tf.ones([2]), 1).data()
        ${ending}
        console.log([...y].join())`
      const { status, signal, stdout } = spawnSync(
        process.execPath,
        ['--input-type=module', '-e', program],
        { encoding: 'utf8', timeout: 300_000 },
      )
      expect({ status, signal, stdout: stdout.trim() }).toEqual({
        status: 0,
        signal: null,
        stdout: '2,2',
      })
    }
  })
})
