/** Settings from a pipeline or a caller -> a classifier's settings with every default filled in. */
import type { z } from 'zod'
import { LimbicError } from '../../core/errors/index.ts'

/**
 * Checks a classifier's settings and fills in its defaults.
 *
 * @param name - Name of the classifier, for the message.
 * @param schema - What the classifier understands.
 * @param options - Settings; an absent or undefined value takes the default.
 * @returns The complete settings.
 * @throws {LimbicError} `VALUE_INVALID` naming every setting that is unknown or out of range.
 */
export function parseClassifierOptions<T>(name: string, schema: z.ZodType<T>, options: unknown): T {
  const parsed = schema.safeParse(options ?? {})
  if (parsed.success) return parsed.data
  throw new LimbicError('VALUE_INVALID', {
    what: `the options of the classifier "${name}"`,
    expected: parsed.error.issues
      .map((issue) =>
        [issue.path.join('.'), issue.message].filter((part) => part !== '').join(': '),
      )
      .join('; '),
    found: JSON.stringify(options),
  })
}
