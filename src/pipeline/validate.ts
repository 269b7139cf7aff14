/** A zod schema's complaints -> one LimbicError that names the key, and the nearest valid one when it is misspelt. */
import leven from 'leven'
import { z } from 'zod'
import { LimbicError } from '../core/errors/index.ts'
import { stepSchema } from '../core/schemas/pipeline.ts'

/**
 * Validates a document against a schema.
 *
 * @param schema - The zod schema.
 * @param document - What was read.
 * @param file - Name for the message.
 * @returns The document with defaults filled in.
 * @throws {LimbicError} `PIPELINE_KEY_UNKNOWN` or `PIPELINE_VALUE_INVALID`, for the first complaint.
 */
export function assertValid<T>(schema: z.ZodType<T>, document: unknown, file: string): T {
  const result = schema.safeParse(document)
  if (result.success) return result.data
  // A misspelt key also leaves the right one missing: the spelling is what the user has to mend.
  const { issues } = result.error
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!
  if (issue.code === 'unrecognized_keys') throw unknownKey(schema, document, issue, file)
  const found = issue.path.reduce<unknown>(
    (node, key) => (node as Record<PropertyKey, unknown> | undefined)?.[key],
    document,
  )
  throw new LimbicError('PIPELINE_VALUE_INVALID', {
    file,
    key: formatPath(document, issue.path),
    expected: issue.message.replace(/^Invalid input: /, '').replace(/^expected /, ''),
    found: JSON.stringify(found) ?? 'nothing',
  })
}

function unknownKey(
  schema: z.ZodType,
  document: unknown,
  issue: Extract<z.core.$ZodIssue, { code: 'unrecognized_keys' }>,
  file: string,
): LimbicError {
  const key = issue.keys[0]!
  const valid = validKeys(schema, document, issue.path)
  const nearest = valid
    .map((name) => ({ name, distance: leven(key.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, name.length / 2))
    .sort((a, b) => a.distance - b.distance)[0]?.name
  return new LimbicError('PIPELINE_KEY_UNKNOWN', {
    file,
    key: formatPath(document, [...issue.path, key]),
    nearest,
    valid,
  })
}

/** The keys that the schema allows at a path, read from its JSON Schema; the branch of a union is told by its `stage` or `kind`. */
function validKeys(schema: z.ZodType, document: unknown, path: readonly PropertyKey[]): string[] {
  let node = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  let value = document
  for (const key of path) {
    value = (value as Record<PropertyKey, unknown> | undefined)?.[key]
    node = branch(node.items ?? node.properties?.[String(key)] ?? {}, value)
  }
  return Object.keys(node.properties ?? {})
}

interface JsonSchema {
  readonly properties?: Record<string, JsonSchema>
  readonly items?: JsonSchema
  readonly oneOf?: readonly JsonSchema[]
  readonly anyOf?: readonly JsonSchema[]
  readonly const?: unknown
}

function branch(node: JsonSchema, value: unknown): JsonSchema {
  const branches = node.oneOf ?? node.anyOf
  if (branches === undefined) return node
  const record = (value ?? {}) as Record<string, unknown>
  return (
    branches.find((candidate) =>
      ['stage', 'kind'].some(
        (tag) => record[tag] !== undefined && candidate.properties?.[tag]?.const === record[tag],
      ),
    ) ?? node
  )
}

/** `steps.3.k` reads better as `select.k`. */
function formatPath(document: unknown, path: readonly PropertyKey[]): string {
  const [first, index, ...rest] = path
  if (first !== 'steps' || typeof index !== 'number') return path.map(String).join('.')
  const steps = (document as { steps?: { stage?: unknown }[] }).steps
  const stage = steps?.[index]?.stage
  const known = stepSchema.options.some((option) => option.shape.stage.value === stage)
  return [known ? String(stage) : `steps.${index}`, ...rest.map(String)].join('.')
}
