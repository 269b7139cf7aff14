/** The engine that network tests run on. */
import { openEngine, type Engine } from '../../../src/engine/index.ts'

export function openTestEngine(): Promise<Engine> {
  return openEngine('cpu')
}
