/** Dawn, the WebGPU of Chromium, in plain Node: the `webgpu` package -> `navigator.gpu`, where TensorFlow.js looks for it. */
import { isMainThread } from 'node:worker_threads'
import { LimbicError } from '../../../core/errors/index.ts'

export interface Dawn {
  readonly gpu: GPU
  /** Takes `navigator.gpu` away again. */
  release(): void
}

interface WebgpuPackage {
  readonly create: (options: string[]) => GPU
  readonly globals: object
}

/**
 * Loads Dawn and puts it where TensorFlow.js looks for WebGPU.
 *
 * @returns The entry to WebGPU. It must be kept for as long as a device lives.
 * @throws {LimbicError} `ENGINE_UNAVAILABLE` in a worker thread, where Dawn crashes, or when the package does not load.
 */
export async function loadDawn(): Promise<Dawn> {
  if (!isMainThread) throw unavailable('Dawn runs on the main thread of a process only')
  const { create, globals } = await importPackage()
  Object.assign(globalThis, globals)
  const gpu = create([])
  // Node 20 has no navigator.
  const host = globalThis as { navigator?: object }
  const isOwnNavigator = host.navigator === undefined
  if (host.navigator === undefined)
    Object.defineProperty(globalThis, 'navigator', settable({}, 'hidden'))
  const navigator = host.navigator as { gpu?: GPU }
  Object.defineProperty(navigator, 'gpu', settable(gpu, 'shown'))
  return {
    gpu,
    release: () => {
      delete navigator.gpu
      if (isOwnNavigator) delete host.navigator
    },
  }
}

async function importPackage(): Promise<WebgpuPackage> {
  try {
    return await import('webgpu')
  } catch (cause) {
    throw unavailable(cause instanceof Error ? cause.message.split('\n')[0]! : String(cause))
  }
}

function unavailable(reason: string): LimbicError {
  return new LimbicError('ENGINE_UNAVAILABLE', {
    engine: 'webgpu',
    reason: `WebGPU does not load (${reason})`,
    remedy: isMainThread
      ? 'Reinstall the packages with `npm ci`; on Linux Dawn needs glibc 2.34 or newer. Use `--set engine=cpu` until then.'
      : 'Train on the GPU with one job at a time (`--jobs 1`), or use `--set engine=cpu`.',
  })
}

function settable(value: object, visibility: 'shown' | 'hidden'): PropertyDescriptor {
  return { value, configurable: true, writable: true, enumerable: visibility === 'shown' }
}
