/** Error catalogue, engines and models. */
import type { ErrorText } from './error-text.ts'

export const engineErrors = {
  MODEL_UNKNOWN: (d: {
    name: string
    known: readonly string[]
    nearest?: string | undefined
  }): ErrorText => ({
    problem: `There is no network called "${d.name}".`,
    expected: d.nearest === undefined ? `one of ${d.known.join(', ')}` : `"${d.nearest}"`,
    found: `"${d.name}"`,
    remedy:
      d.nearest === undefined
        ? 'Use one of the names above; models/<name>.card.md describes each.'
        : `Write "${d.nearest}" instead.`,
  }),
  ENGINE_UNKNOWN: (d: { name: string; known: readonly string[] }): ErrorText => ({
    problem: `There is no engine called "${d.name}".`,
    expected: `one of ${d.known.join(', ')}`,
    found: d.name,
    remedy: 'Run `limbic doctor` to see which engines work on this machine.',
  }),
} as const
