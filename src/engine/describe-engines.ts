/** The state of every engine on this machine, for people: one verdict with its reason and what to do about it. */
import { errorText, isLimbicError } from '../core/errors/index.ts'
import type { EngineName } from './engine.ts'
import { engineNames, openEngine } from './open-engine.ts'

export interface EngineVerdict {
  readonly name: EngineName
  /** `refused`: it loads, and computes wrongly. */
  readonly verdict: 'ok' | 'unavailable' | 'refused'
  /** One line. For a working engine: backend, matrix product, threads, graphics card. */
  readonly reason: string
  /** What to try; empty for a working engine. */
  readonly remedy: string
}

/**
 * Opens and tests every engine.
 *
 * @returns A verdict per engine.
 * @throws Never.
 */
export async function describeEngines(): Promise<EngineVerdict[]> {
  const verdicts: EngineVerdict[] = []
  for (const name of engineNames) verdicts.push(await describeEngine(name))
  return verdicts
}

async function describeEngine(name: EngineName): Promise<EngineVerdict> {
  try {
    const { description, threads } = await openEngine(name)
    const onThreads = threads === undefined ? '' : `, threads: ${threads}`
    return { name, verdict: 'ok', reason: `${description}${onThreads}`, remedy: '' }
  } catch (error) {
    if (!isLimbicError(error)) throw error
    const { problem, remedy } = errorText(error.code, error.details)
    const verdict = error.code === 'ENGINE_SELF_TEST_FAILED' ? 'refused' : 'unavailable'
    return { name, verdict, reason: problem, remedy }
  }
}
