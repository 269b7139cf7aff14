/** zod sources -> JSON Schema 2020-12, as committed in `data-schemas/`. */
import { z } from 'zod'

/**
 * The JSON Schema of a document, as it is written by people or programs: keys with a default may be absent.
 *
 * @param name - Name of the document.
 * @param schema - Its zod source.
 * @returns The schema.
 * @throws Never.
 */
export function toJsonSchema(name: string, schema: z.ZodType): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return { $schema, title: `limbic ${name}`, ...rest }
}
