/** The BIDS inheritance principle: a BOLD file and the files of its dataset -> those that apply to it, least specific first. */
import { readFile } from 'node:fs/promises'
import { LimbicError } from '../../core/errors/index.ts'
import type { BidsFile } from './dataset-files.ts'

/**
 * The files of one kind that apply to a BOLD file.
 *
 * @param files - Candidates.
 * @param bold - The BOLD file.
 * @param suffixes - Suffixes that qualify, such as `events`.
 * @param extension - The extension that qualifies; several if an image may be compressed.
 * @param free - Entities whose label may differ from that of the BOLD file, such as `desc`.
 * @returns Files in the folder of the BOLD file or above it whose entities it all shares; deeper folders later, more entities later.
 * @throws Never.
 * @see BIDS specification 1.10, "The Inheritance Principle".
 */
export function applicableFiles(
  files: readonly BidsFile[],
  bold: BidsFile,
  suffixes: readonly string[],
  extension: readonly string[],
  free: readonly string[] = [],
): readonly BidsFile[] {
  return files
    .filter(
      (file) =>
        suffixes.includes(file.suffix) &&
        extension.includes(file.extension) &&
        file.folders.every((folder, i) => bold.folders[i] === folder) &&
        Object.entries(file.entities).every(
          ([key, label]) => free.includes(key) || bold.entities[key] === label,
        ),
    )
    .sort((a, b) => a.folders.length - b.folders.length || nEntities(a) - nEntities(b))
}

/** Reads JSON objects, each file once. */
export type JsonReader = (file: string) => Promise<Record<string, unknown>>

/**
 * Makes a reader of JSON objects that reads each file once.
 *
 * @returns The reader; it throws `JSON_INVALID` for a file that holds no JSON object.
 * @throws Never.
 */
export function createJsonReader(): JsonReader {
  const known = new Map<string, Promise<Record<string, unknown>>>()
  return (file) => {
    const reading = known.get(file) ?? readJsonObject(file)
    known.set(file, reading)
    return reading
  }
}

/**
 * The sidecar of a BOLD file: all JSON files that apply to it, the more specific one winning key by key.
 *
 * @param files - Candidates.
 * @param bold - The BOLD file.
 * @param read - Reader of JSON files.
 * @returns The merged metadata; empty when there is none.
 * @throws {LimbicError} `JSON_INVALID`.
 */
export async function readSidecar(
  files: readonly BidsFile[],
  bold: BidsFile,
  read: JsonReader,
): Promise<Record<string, unknown>> {
  const sources = applicableFiles(files, bold, ['bold'], ['.json'])
  const objects = await Promise.all(sources.map((source) => read(source.path)))
  return Object.assign({}, ...objects) as Record<string, unknown>
}

async function readJsonObject(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    // A name without a file: a link into an annex that was not fetched.
    throw cause.code === 'ENOENT' ? new LimbicError('FILE_NOT_FOUND', { file }, { cause }) : cause
  })
  const expected = 'a JSON object'
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    const found = (cause as Error).message
    throw new LimbicError('JSON_INVALID', { file, expected, found }, { cause })
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new LimbicError('JSON_INVALID', { file, expected, found: text.slice(0, 20) })
  return value as Record<string, unknown>
}

function nEntities(file: BidsFile): number {
  return Object.keys(file.entities).length
}
