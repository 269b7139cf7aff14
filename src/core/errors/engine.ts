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
  GEMM_UNAVAILABLE: (d: { name: string; known: readonly string[]; reason: string }): ErrorText => ({
    where: 'LIMBIC_GEMM',
    problem: `The matrix product "${d.name}" does not work on this machine: ${d.reason}.`,
    expected: `one of ${d.known.join(', ')}`,
    found: d.name,
    remedy: 'Unset LIMBIC_GEMM to let limbic choose, or name another provider.',
  }),
} as const
