/** `key=value` settings of the command line, laid over a pipeline document before it is validated. */
import { parse } from 'yaml'
import { LimbicError } from '../core/errors/index.ts'
import { stageOrder } from '../core/schemas/pipeline.ts'

/**
 * Lays settings over a pipeline document.
 *
 * @param document - The parsed YAML; not changed.
 * @param overrides - `key=value`; a key is a top-level key (`seed`), `stage.key[.key]` (`select.k`) or `choose.grid.SETTING`; values are YAML.
 * @returns A copy with the settings in place. A stage that the document lacks is added in its place.
 * @throws {LimbicError} `OPTION_INVALID` when a setting has no `=`.
 * @example
 * const seed = applyOverrides({ seed: 1, steps: [] }, ['seed=7']) // seed = { seed: 7, steps: [] }
 */
export function applyOverrides(document: unknown, overrides: readonly string[]): unknown {
  if (overrides.length === 0 || !isRecord(document)) return document
  const result = structuredClone(document)
  for (const override of overrides) applyOverride(result, override)
  return result
}

/** Settings that hold BIDS labels. */
const labelKeys = new Set(['data.subjects', 'data.exclude', 'data.tasks'])

function applyOverride(document: Record<string, unknown>, override: string): void {
  const at = override.indexOf('=')
  if (at < 1)
    throw new LimbicError('OPTION_INVALID', {
      option: '--set',
      expected: 'key=value, such as select.k=300',
      found: override,
    })
  const key = override.slice(0, at)
  const path = splitKey(key)
  // Labels are text: to YAML, 01 would be the number 1.
  const schema = labelKeys.has(key) ? 'failsafe' : 'core'
  const value = parse(override.slice(at + 1), { schema }) as unknown
  const isStage = (stageOrder as readonly string[]).includes(path[0]!)
  const target = path.length > 1 && isStage ? stepOf(document, path.shift()!) : document
  const last = path.pop()!
  const parent = path.reduce<Record<string, unknown>>((node, key) => {
    if (!isRecord(node[key])) node[key] = {}
    return node[key] as Record<string, unknown>
  }, target)
  parent[last] = value
}

/** Names in the grid of choices hold dots themselves. */
function splitKey(key: string): string[] {
  const grid = 'choose.grid.'
  return key.startsWith(grid) ? ['choose', 'grid', key.slice(grid.length)] : key.split('.')
}

function stepOf(document: Record<string, unknown>, stage: string): Record<string, unknown> {
  if (!Array.isArray(document.steps)) document.steps = []
  const steps = document.steps as Record<string, unknown>[]
  const found = steps.find((step) => step.stage === stage)
  if (found !== undefined) return found
  const added = { stage }
  const rank = (name: unknown): number => stageOrder.indexOf(name as (typeof stageOrder)[number])
  const after = steps.findIndex((step) => rank(step.stage) > rank(stage))
  steps.splice(after < 0 ? steps.length : after, 0, added)
  return added
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
