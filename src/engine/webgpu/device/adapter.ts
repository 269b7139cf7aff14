/** Graphics cards as WebGPU shows them: which one is used, what it is called, and whether it is one at all. */
import { existsSync, readdirSync } from 'node:fs'
import { LimbicError } from '../../../core/errors/index.ts'

/** What WebGPU tells about an adapter. */
export type AdapterFacts = Pick<
  GPUAdapterInfo,
  'vendor' | 'architecture' | 'device' | 'description'
>

/** Set to 1 to let the engine run on a software adapter when asked for by name: correct, slower than the CPU engine, for tests. */
export const softwareSwitch = 'LIMBIC_ALLOW_SOFTWARE_GPU'

/**
 * Picks the fastest adapter.
 *
 * @param gpu - Entry to WebGPU.
 * @returns The adapter, hardware unless the software switch is set.
 * @throws {LimbicError} `ENGINE_UNAVAILABLE` when there is no adapter, or only one in software.
 */
export async function requestAdapter(gpu: GPU): Promise<GPUAdapter> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter === null)
    throw new LimbicError('ENGINE_UNAVAILABLE', {
      engine: 'webgpu',
      reason: 'no graphics driver offers a GPU',
      remedy: driverAdvice(process.platform),
    })
  if (isSoftware(adapter.info) && process.env[softwareSwitch] !== '1')
    throw new LimbicError('ENGINE_UNAVAILABLE', {
      engine: 'webgpu',
      reason: `the only adapter, ${describeAdapter(adapter.info)}, is a simulation of a GPU in software, slower than the cpu engine`,
      remedy: driverAdvice(process.platform),
    })
  return adapter
}

/**
 * Whether an adapter computes on the processor instead of on a graphics card.
 *
 * @param info - What WebGPU tells about it.
 * @returns True for Mesa's llvmpipe, SwiftShader and the like.
 * @throws Never.
 * @example
 * const card = isSoftware({ vendor: 'nvidia', architecture: 'hopper', device: '', description: '' }) // card = false
 * const lavapipe = isSoftware({ vendor: 'mesa', architecture: 'software', device: 'llvmpipe', description: '' }) // lavapipe = true
 */
export function isSoftware(info: AdapterFacts & { isFallbackAdapter?: boolean }): boolean {
  if (info.isFallbackAdapter === true) return true
  const text = `${info.architecture} ${info.device} ${info.description}`
  return /\bsoftware\b|llvmpipe|lavapipe|softpipe|swiftshader|basic render/i.test(text)
}

/**
 * Names an adapter for people.
 *
 * @param info - What WebGPU tells about it.
 * @returns Its device, or else what there is of vendor and architecture.
 * @throws Never.
 */
export function describeAdapter(info: AdapterFacts): string {
  const name = [info.device, info.description].find((text) => text !== '' && !/^0x/.test(text))
  return name ?? ([info.vendor, info.architecture].filter(Boolean).join(' ') || 'an unnamed GPU')
}

/**
 * Whether a graphics card can be there at all, without loading any driver.
 *
 * @param platform - As `process.platform` gives it.
 * @param deviceFolder - Where Linux lists its devices.
 * @returns False only on a Linux machine that shows no device of a card; drivers then need not be asked, which takes time and warns loudly.
 * @throws Never.
 */
export function mayHaveHardware(platform = process.platform, deviceFolder = '/dev'): boolean {
  if (platform !== 'linux') return true
  if (['nvidiactl', 'nvidia0', 'dxg'].some((name) => existsSync(`${deviceFolder}/${name}`)))
    return true
  const renderFolder = `${deviceFolder}/dri`
  return existsSync(renderFolder) && readdirSync(renderFolder).some((name) => /^render/.test(name))
}

function driverAdvice(platform: string): string {
  const cpu = 'The cpu engine works without one.'
  if (platform !== 'linux') return `Install the current driver of the graphics card. ${cpu}`
  return (
    "Install the graphics card's driver with Vulkan (NVIDIA: the `nvidia-driver` package; AMD and Intel: `mesa-vulkan-drivers`) and " +
    '`libvulkan1`; `vulkaninfo --summary` must list the card. In a container pass the card through, for NVIDIA with ' +
    `\`--gpus all -e NVIDIA_DRIVER_CAPABILITIES=all\`. ${cpu}`
  )
}
