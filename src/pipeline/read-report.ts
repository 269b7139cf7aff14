/** A run directory -> its report, checked against the schema. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LimbicError } from '../core/errors/index.ts'
import { reportSchema, type Report } from '../core/schemas/report.ts'

/**
 * Reads `report.json`.
 *
 * @param run - The run directory.
 * @returns The report.
 * @throws {LimbicError} `REPORT_NOT_FOUND`; `JSON_INVALID` when the file is no report of this version.
 */
export async function readReport(run: string): Promise<Report> {
  const file = join(run, 'report.json')
  if (!existsSync(file)) throw new LimbicError('REPORT_NOT_FOUND', { dir: run })
  const parsed = reportSchema.safeParse(parseJson(await readFile(file, 'utf8')))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new LimbicError('JSON_INVALID', {
    file,
    expected: 'a report as data-schemas/report.schema.json describes it, written by this version',
    found: `${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'not JSON'}`,
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
