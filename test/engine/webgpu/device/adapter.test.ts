import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import {
  describeAdapter,
  isSoftware,
  mayHaveHardware,
  requestAdapter,
  softwareSwitch,
} from '../../../../src/engine/webgpu/device/adapter.ts'

const llvmpipe = {
  ...{ vendor: 'mesa', architecture: 'software', device: 'llvmpipe-llvm-15' },
  description: 'llvmpipe: Mesa 25.0.7',
}
const hopper = {
  vendor: 'nvidia',
  architecture: 'hopper',
  device: '0x2335',
  description: 'NVIDIA H200',
}

const gpuWith = (info: object | null): GPU =>
  ({ requestAdapter: () => Promise.resolve(info === null ? null : { info }) }) as unknown as GPU

describe('requestAdapter', () => {
  afterEach(() => void delete process.env[softwareSwitch])

  it('gives a graphics card', async () => {
    expect((await requestAdapter(gpuWith(hopper))).info).toEqual(hopper)
  })

  it('says what to install where there is no driver', async () => {
    await expect(requestAdapter(gpuWith(null))).rejects.toThrow(
      /no graphics driver offers a GPU.*[Ii]nstall.*driver.*cpu engine works/,
    )
  })

  it('refuses a GPU in software, unless told to take it', async () => {
    await expect(requestAdapter(gpuWith(llvmpipe))).rejects.toThrow(
      /simulation of a GPU in software/,
    )
    process.env[softwareSwitch] = '1'
    expect((await requestAdapter(gpuWith(llvmpipe))).info).toEqual(llvmpipe)
  })
})

describe('isSoftware', () => {
  it('knows simulations from cards', () => {
    const named = (device: string) => ({ vendor: '', architecture: '', device, description: '' })
    for (const device of ['SwiftShader Device', 'Microsoft Basic Render Driver', 'softpipe'])
      expect(isSoftware(named(device))).toBe(true)
    for (const device of ['Apple M2', 'AMD Radeon RX 7900', 'Intel(R) Arc(tm) Graphics'])
      expect(isSoftware(named(device))).toBe(false)
    expect(isSoftware({ ...hopper, isFallbackAdapter: true })).toBe(true)
  })
})

describe('describeAdapter', () => {
  it('prefers words over numbers', () => {
    expect(describeAdapter(hopper)).toBe('NVIDIA H200')
    expect(describeAdapter({ ...hopper, description: '' })).toBe('nvidia hopper')
    expect(describeAdapter({ vendor: '', architecture: '', device: '', description: '' })).toBe(
      'an unnamed GPU',
    )
  })
})

describe('mayHaveHardware', () => {
  it('looks for the devices of a card on Linux, and leaves other systems to their drivers', () => {
    const devices = mkdtempSync(join(tmpdir(), 'limbic-dev-'))
    expect(mayHaveHardware('linux', devices)).toBe(false)
    mkdirSync(join(devices, 'dri'))
    expect(mayHaveHardware('linux', devices)).toBe(false)
    writeFileSync(join(devices, 'dri', 'renderD128'), '')
    expect(mayHaveHardware('linux', devices)).toBe(true)
    rmSync(join(devices, 'dri'), { recursive: true })
    writeFileSync(join(devices, 'nvidia0'), '')
    expect(mayHaveHardware('linux', devices)).toBe(true)
    rmSync(devices, { recursive: true })
    expect(mayHaveHardware('darwin', devices)).toBe(true)
  })
})
