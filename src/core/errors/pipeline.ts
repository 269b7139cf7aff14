/** Error catalogue, pipelines, runs, bundles and the command line. */
import type { ErrorText } from './error-text.ts'

export const pipelineErrors = {
  PIPELINE_KEY_UNKNOWN: (d: {
    file: string
    key: string
    nearest?: string | undefined
  }): ErrorText => ({
    where: d.file,
    problem: `The pipeline has a key that limbic does not know: "${d.key}".`,
    ...(d.nearest === undefined ? {} : { expected: `"${d.nearest}"` }),
    found: `"${d.key}"`,
    remedy:
      d.nearest === undefined
        ? 'See data-schemas/pipeline.schema.json for the keys.'
        : `Write "${d.nearest}" instead, or remove the key.`,
  }),
} as const
