/** A decoder bundle on disk: a manifest and hashed files. A bundle whose bytes do not match its hashes is refused. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LimbicError } from '../../core/errors/index.ts'
import { bundleSchema, type BundleManifest } from '../../core/schemas/bundle.ts'
import { formatJson, sha256, writeFileAtomic, writeJsonAtomic } from '../../io/artifacts.ts'
import { decodeState, encodeState } from '../../io/state-file.ts'

/**
 * Writes a bundle folder; an older one of that name is replaced when the new one is complete.
 *
 * @param dir - The folder.
 * @param manifest - Everything but the hashes; a copy goes into `manifest.state`, which is hashed as the other files are.
 * @param states - File name below the folder -> plain data with typed arrays.
 * @returns The manifest with hashes.
 * @throws Never.
 */
export async function writeBundleFiles(
  dir: string,
  manifest: Omit<BundleManifest, 'files'>,
  states: Readonly<Record<string, unknown>>,
): Promise<BundleManifest> {
  const part = `${dir}.part`
  await rm(part, { recursive: true, force: true })
  const files: Record<string, string> = {}
  for (const [name, state] of Object.entries({ ...states, [manifestCopy]: manifest })) {
    const bytes = encodeState(state)
    await mkdir(dirname(join(part, name)), { recursive: true })
    await writeFileAtomic(join(part, name), bytes)
    files[name] = sha256(bytes)
  }
  const complete = { ...manifest, files }
  await writeJsonAtomic(join(part, 'manifest.json'), complete)
  await rm(dir, { recursive: true, force: true })
  await rename(part, dir)
  return complete
}

/** The manifest without hashes, hashed: the manifest cannot hold its own hash, and its class names decide what a prediction means. */
const manifestCopy = 'manifest.state'

/**
 * Reads a bundle's manifest.
 *
 * @param dir - The folder.
 * @returns The manifest.
 * @throws {LimbicError} `BUNDLE_INVALID` when the folder holds none, or one that is not valid; `BUNDLE_HASH_MISMATCH` when it was changed.
 */
export async function readManifest(dir: string): Promise<BundleManifest> {
  const file = join(dir, 'manifest.json')
  if (!existsSync(file))
    throw new LimbicError('BUNDLE_INVALID', {
      bundle: dir,
      expected: 'a folder with manifest.json',
      found: existsSync(dir) ? 'a folder without one' : 'no such folder',
    })
  const text = await readFile(file, 'utf8')
  const parsed = bundleSchema.safeParse(parseJson(text))
  if (parsed.success) {
    await assertUnchanged(dir, parsed.data, text)
    return parsed.data
  }
  const issue = parsed.error.issues[0]
  throw new LimbicError('BUNDLE_INVALID', {
    bundle: file,
    expected: 'a manifest as data-schemas/bundle.schema.json describes it',
    found: `${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'not JSON'}`,
  })
}

/**
 * Reads one file of a bundle and checks its hash.
 *
 * @param dir - The folder.
 * @param manifest - Its manifest.
 * @param name - File name below the folder.
 * @returns What `writeBundleFiles` was given.
 * @throws {LimbicError} `BUNDLE_HASH_MISMATCH` when the file was changed or is missing.
 */
export async function readBundleFile(
  dir: string,
  manifest: BundleManifest,
  name: string,
): Promise<unknown> {
  const file = join(dir, name)
  const expected = manifest.files[name] ?? 'a file that the manifest names'
  if (!existsSync(file))
    throw new LimbicError('BUNDLE_HASH_MISMATCH', { file, expected, found: 'no such file' })
  const bytes = await readFile(file)
  const found = sha256(bytes)
  if (found !== expected) throw new LimbicError('BUNDLE_HASH_MISMATCH', { file, expected, found })
  return decodeState(bytes)
}

async function assertUnchanged(dir: string, manifest: BundleManifest, text: string): Promise<void> {
  const copy = await readBundleFile(dir, manifest, manifestCopy)
  const written = formatJson({ ...(copy as Omit<BundleManifest, 'files'>), files: manifest.files })
  if (text === written) return
  throw new LimbicError('BUNDLE_HASH_MISMATCH', {
    file: join(dir, 'manifest.json'),
    expected: sha256(written),
    found: sha256(text),
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
