/** Opens engines: a name -> TensorFlow.js on a backend that has passed the self-test on this machine. */
import { LimbicError, isLimbicError } from '../core/errors/index.ts'
import type { Engine, EngineName } from './engine.ts'
import { selfTest } from './self-test/self-test.ts'

/** How each engine of this version is made; best first. Loaded on demand, as TensorFlow.js takes half a second to load. */
const openers: ReadonlyMap<EngineName, () => Promise<Engine>> = new Map([
  ['cpu', async () => (await import('./cpu/open-cpu-engine.ts')).openCpuEngine()],
])

/** Engines that have been opened and tested; TensorFlow.js keeps its backends per process, so this does too. */
const opened = new Map<EngineName, Promise<Engine>>()

/** Names of the engines of this version, best first. */
export const engineNames: readonly EngineName[] = [...openers.keys()]

/**
 * Opens an engine. The only door to TensorFlow.js. Opening one again is free and gives the same engine.
 *
 * @param name - Which engine; `auto` takes the best that works.
 * @returns The engine, tested.
 * @throws {LimbicError} `ENGINE_UNKNOWN` for a name that this version does not have; `ENGINE_SELF_TEST_FAILED` when the engine computes
 *   wrongly; `ENGINE_UNAVAILABLE` when it does not load.
 */
export async function openEngine(name: EngineName | 'auto' = 'auto'): Promise<Engine> {
  if (name !== 'auto') return openTested(name)
  const failures: unknown[] = []
  for (const candidate of engineNames) {
    try {
      return await openTested(candidate)
    } catch (error) {
      failures.push(error)
    }
  }
  throw failures[0]
}

function openTested(name: EngineName): Promise<Engine> {
  const open = openers.get(name)
  if (open === undefined)
    throw new LimbicError('ENGINE_UNKNOWN', { name, known: ['auto', ...engineNames] })
  const engine = opened.get(name) ?? loadAndTest(name, open)
  opened.set(name, engine)
  return engine
}

async function loadAndTest(name: EngineName, open: () => Promise<Engine>): Promise<Engine> {
  let engine: Engine
  try {
    engine = await open()
  } catch (cause) {
    if (isLimbicError(cause)) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LimbicError('ENGINE_UNAVAILABLE', { engine: name, reason }, { cause })
  }
  await selfTest(engine)
  return engine
}
