/** Bytes, text and JSON -> files that appear whole or not at all, and their SHA-256. */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a file so that its name appears only when it is complete: to `<file>.<random>.part`, flushed to disk, then renamed.
 *
 * @param file - Path; missing folders are made.
 * @param content - The bytes, or text to be written as UTF-8.
 * @returns When the file has its final name.
 * @throws The error of the file system; the partial file is removed first.
 */
export async function writeFileAtomic(file: string, content: Uint8Array | string): Promise<void> {
  await writeChunksAtomic(file, [
    typeof content === 'string' ? new TextEncoder().encode(content) : content,
  ])
}

/**
 * Writes a file piece by piece, with the same promise as {@link writeFileAtomic}.
 *
 * @param file - Path; missing folders are made.
 * @param chunks - The pieces in order; only one is held at a time.
 * @returns When the file has its final name.
 * @throws The error of the file system or of `chunks`; the partial file is removed first.
 */
export async function writeChunksAtomic(
  file: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  // The random part keeps two processes that write the same cache entry from mixing their bytes.
  const partial = `${file}.${randomBytes(4).toString('hex')}.part`
  try {
    const handle = await open(partial, 'wx')
    try {
      for await (const chunk of chunks) await handle.writeFile(chunk)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(partial, file)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

/**
 * Writes a value as JSON: keys in the order given, 2 spaces, a newline at the end; atomically.
 *
 * @param file - Path; missing folders are made.
 * @param value - Any value that JSON can hold.
 * @returns When the file has its final name.
 * @throws The error of the file system.
 */
export async function writeJsonAtomic(file: string, value: unknown): Promise<void> {
  await writeFileAtomic(file, formatJson(value))
}

/**
 * The text that `writeJsonAtomic` writes.
 *
 * @param value - Anything that JSON can hold.
 * @returns Two spaces of indentation, keys in their order, a newline at the end.
 * @throws Never.
 * @example
 * const text = formatJson([1]) // text = '[\n  1\n]\n'
 */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/**
 * SHA-256 of bytes, or of a text in UTF-8.
 *
 * @param content - The bytes or the text.
 * @returns 64 hexadecimal digits.
 * @throws Never.
 */
export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}

/**
 * SHA-256 of a file, read in pieces.
 *
 * @param file - Path.
 * @returns 64 hexadecimal digits.
 * @throws The error of the file system.
 */
export async function sha256File(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }))
    hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}
