/** Error catalogue, engines and models. */
import type { ErrorText } from './error-text.ts'

export const engineErrors = {
  ENGINE_UNKNOWN: (d: { name: string; known: readonly string[] }): ErrorText => ({
    problem: `There is no engine called "${d.name}".`,
    expected: `one of ${d.known.join(', ')}`,
    found: d.name,
    remedy: 'Run `limbic doctor` to see which engines work on this machine.',
  }),
} as const
