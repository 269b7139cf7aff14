/** What a run's derivatives were made from -> whether they need to be made again. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Finding } from '../../core/errors/index.ts'
import { sha256File, writeJsonAtomic } from '../../io/artifacts.ts'

/** A few numbers that say how good a run is. */
export interface QualitySummary {
  readonly nVolumes: number
  readonly nBrainVoxels: number
  /** Mean and largest framewise displacement; null when motion was not measured. */
  readonly meanDisplacementMm: number | null
  readonly maxDisplacementMm: number | null
  readonly medianTsnr: number
  readonly nOutliers: number
}

/** What is kept about a run beside its derivatives. */
export interface RunRecordFile {
  /** Hash of inputs, settings and version. */
  readonly key: string
  /** Path below the output folder -> SHA-256. */
  readonly files: Readonly<Record<string, string>>
  readonly summary: QualitySummary
  readonly findings: readonly Finding[]
}

/**
 * Finds what an earlier call has left.
 *
 * @param file - The record.
 * @param out - The output folder.
 * @param key - What the derivatives should have been made from.
 * @returns The record, if it has this key and every file is there with the bytes it was written with.
 * @throws The error of the file system, but for files that are not there.
 */
export async function findRecord(
  file: string,
  out: string,
  key: string,
): Promise<RunRecordFile | undefined> {
  const record = await readRecord(file)
  if (record?.key !== key) return undefined
  for (const [name, hash] of Object.entries(record.files)) {
    const path = join(out, name)
    if (!existsSync(path) || (await sha256File(path)) !== hash) return undefined
  }
  return record
}

/**
 * Writes the record of a run; the last thing that is written for it.
 *
 * @param file - The record.
 * @param out - The output folder.
 * @param paths - Every derivative of the run.
 * @param about - Key, summary and findings.
 * @returns The record.
 * @throws The error of the file system.
 */
export async function writeRecord(
  file: string,
  out: string,
  paths: readonly string[],
  about: Omit<RunRecordFile, 'files'>,
): Promise<RunRecordFile> {
  const files: Record<string, string> = {}
  for (const path of paths)
    files[relative(out, path).replaceAll('\\', '/')] = await sha256File(path)
  const record = { ...about, files }
  await writeJsonAtomic(file, record)
  return record
}

async function readRecord(file: string): Promise<RunRecordFile | undefined> {
  if (!existsSync(file)) return undefined
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as RunRecordFile | null
    return typeof value?.files === 'object' ? value : undefined
  } catch (error) {
    // A record that is no JSON is as good as none.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
