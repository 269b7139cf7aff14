/** Results of stages on disk, found again by the hash of everything they depend on. A killed run redoes only what is missing. */
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Emit } from '../core/events.ts'
import { isLimbicError } from '../core/errors/index.ts'
import type { Memo } from '../core/memo.ts'
import { sha256, writeFileAtomic } from '../io/artifacts.ts'
import { decodeState, encodeState } from '../io/state-file.ts'

/**
 * Remembers stage results below a folder.
 *
 * @param dir - `<dir>/<stage>/<key>.state`; made when needed.
 * @param emit - Told of every hit and miss, with the key.
 * @returns The memo. A file that cannot be read again is computed again.
 * @throws Never.
 */
export function createDiskMemo(dir: string, emit: Emit): Memo {
  return async <T>(stage: string, key: unknown, compute: () => Promise<T>): Promise<T> => {
    const hash = hashKey(stage, key)
    const file = join(dir, stage, `${hash}.state`)
    const remembered = await readRemembered(file)
    emit({ type: 'cache', stage, key: hash, hit: remembered !== undefined })
    if (remembered !== undefined) return remembered.value as T
    const value = await compute()
    await mkdir(join(dir, stage), { recursive: true })
    await writeFileAtomic(file, encodeState({ value }))
    return value
  }
}

/**
 * Remembers the results of some stages in memory, as long as the memo itself is kept.
 *
 * @param stages - The stages whose results are asked for again; of other stages nothing is remembered.
 * @returns The memo. It tells nobody: permutations would fill the log.
 * @throws Never.
 */
export function createMemoryMemo(stages: readonly string[]): Memo {
  const remembered = new Map<string, Promise<unknown>>()
  return <T>(stage: string, key: unknown, compute: () => Promise<T>): Promise<T> => {
    if (!stages.includes(stage)) return compute()
    const hash = hashKey(stage, key)
    const value = remembered.get(hash) ?? compute()
    remembered.set(hash, value)
    return value as Promise<T>
  }
}

/**
 * The content address of a stage result.
 *
 * @param stage - Name of the stage.
 * @param key - Parameters and input hashes; object keys in any order.
 * @returns 32 hexadecimal digits.
 * @throws Never.
 */
export function hashKey(stage: string, key: unknown): string {
  return sha256(`${stage}\n${canonicalJson(key)}`).slice(0, 32)
}

/**
 * JSON with sorted object keys and typed arrays as hashes, so that equal values have equal text.
 *
 * @param value - Plain data.
 * @returns The text.
 * @throws Never.
 * @example
 * const text = canonicalJson({ b: 1, a: [2] }) // text = '{"a":[2],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    if (ArrayBuffer.isView(inner)) return `${inner.constructor.name} ${sha256(viewBytes(inner))}`
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

function viewBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

async function readRemembered(file: string): Promise<{ value: unknown } | undefined> {
  try {
    return decodeState(await readFile(file)) as { value: unknown }
  } catch (error) {
    // Not there, or just taken away by another worker that could not read it either.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (!isLimbicError(error, 'STATE_FILE_INVALID')) throw error
    await rm(file, { force: true })
    return undefined
  }
}
