/** Opens engines: a name -> TensorFlow.js on a backend that has passed the self-test on this machine. */
import { availableParallelism } from 'node:os'
import { isMainThread } from 'node:worker_threads'
import { LimbicError, isLimbicError } from '../core/errors/index.ts'
import { chooseFastest } from './choose-fastest.ts'
import type { Engine, EngineName } from './engine.ts'
import { selfTest } from './self-test/self-test.ts'
import { mayHaveHardware } from './webgpu/device/adapter.ts'

interface Opener {
  readonly open: (threads: number) => Promise<Engine>
  /** Whether `auto` considers it on this machine; what fails here costs nothing. */
  readonly isCandidate: () => boolean | Promise<boolean>
}

/** How each engine of this version is made. Loaded on demand, as TensorFlow.js takes half a second to load. */
const openers: ReadonlyMap<EngineName, Opener> = new Map<EngineName, Opener>([
  [
    'cpu',
    {
      open: async (threads) => (await import('./cpu/open-cpu-engine.ts')).openCpuEngine(threads),
      isCandidate: () => true,
    },
  ],
  [
    'webgpu',
    {
      open: async () => (await import('./webgpu/open-webgpu-engine.ts')).openWebgpuEngine(),
      isCandidate: () => isMainThread && mayHaveHardware(),
    },
  ],
  [
    'tensorflow',
    {
      open: async () =>
        (await import('./tensorflow/open-tensorflow-engine.ts')).openTensorflowEngine(),
      isCandidate: async () =>
        (await import('./tensorflow/load-tensorflow.ts')).isTensorflowInstalled(),
    },
  ],
])

/** An engine and tfjs's name of its backend. */
interface Opened {
  readonly engine: Engine
  readonly backend: string
}

/** Engines that have been opened and tested; TensorFlow.js keeps its backends per process, so this does too. */
const opened = new Map<EngineName, Promise<Opened>>()

/** The choice of `auto`, made once per process. */
let chosen: Promise<EngineName> | undefined

export interface EngineOptions {
  /**
   * Threads of the processor that one step may use; none of its results depends on it. Default: all cores in the main thread, one in a
   * worker thread, which is one of several. The engine of a process keeps what it was first opened with.
   */
  readonly threads?: number
}

/** Names of the engines of this version. */
export const engineNames: readonly EngineName[] = [...openers.keys()]

/**
 * Opens an engine and makes it the one that TensorFlow.js uses. The only door to TensorFlow.js. Opening one again is free and gives the
 * same engine.
 *
 * @param name - Which engine. `auto` takes the only one that works, or the one that is fastest on a small network where several do; a GPU
 *   in software is never among them.
 * @param options - Threads.
 * @returns The engine, tested.
 * @throws {LimbicError} `ENGINE_UNKNOWN` for a name that this version does not have; `ENGINE_SELF_TEST_FAILED` when the engine computes
 *   wrongly; `ENGINE_UNAVAILABLE` when it does not load.
 */
export async function openEngine(
  name: EngineName | 'auto' = 'auto',
  { threads = isMainThread ? availableParallelism() : 1 }: EngineOptions = {},
): Promise<Engine> {
  if (name !== 'auto') return openTested(name, threads)
  chosen ??= chooseEngine(threads)
  return openTested(await chosen, threads)
}

async function chooseEngine(threads: number): Promise<EngineName> {
  const candidates: EngineName[] = []
  for (const [name, { isCandidate }] of openers) if (await isCandidate()) candidates.push(name)
  const [only] = candidates
  if (candidates.length === 1 && only !== undefined) return only
  return chooseFastest(candidates, (name) => openTested(name, threads), closeEngine)
}

async function openTested(name: EngineName, threads: number): Promise<Engine> {
  const opener = openers.get(name)
  if (opener === undefined)
    throw new LimbicError('ENGINE_UNKNOWN', { name, known: ['auto', ...engineNames] })
  const pending = opened.get(name) ?? loadAndTest(name, () => opener.open(threads))
  opened.set(name, pending)
  const { engine, backend } = await pending
  if (engine.tf.getBackend() !== backend) await engine.tf.setBackend(backend)
  return engine
}

/** Gives a GPU back; it can be opened again. */
function closeEngine(engine: Engine): void {
  engine.dispose()
}

async function loadAndTest(name: EngineName, open: () => Promise<Engine>): Promise<Opened> {
  const engine = forgetful(await load(name, open))
  try {
    await selfTest(engine)
  } catch (error) {
    engine.dispose()
    throw error
  }
  return { engine, backend: engine.tf.getBackend() }
}

async function load(name: EngineName, open: () => Promise<Engine>): Promise<Engine> {
  try {
    return await open()
  } catch (cause) {
    if (isLimbicError(cause)) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LimbicError('ENGINE_UNAVAILABLE', { engine: name, reason }, { cause })
  }
}

/** An engine that is opened anew after it has been disposed of; the backend of the cpu engine stays for the process. */
function forgetful(engine: Engine): Engine {
  if (engine.name !== 'webgpu') return engine
  const dispose = (): void => {
    opened.delete(engine.name)
    engine.dispose()
  }
  return { ...engine, dispose }
}
