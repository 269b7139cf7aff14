/** Files of volumes -> a folder, written the way careful scanners do (another name, then renamed), or the careless way that a fault asks for. */
import { mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { VolumeFile } from './volume-bytes.ts'

/** Part of a file that is there before it is completed. */
const writtenShare = 0.6
/** Part of a preallocated file that is no zeros: a header of any format. */
const headerShare = 0.1
const niftiHeader = 352

export interface FolderExport {
  /** Writes whole files. */
  whole(files: readonly VolumeFile[]): Promise<void>
  /** Writes all files, but the last only in part. */
  truncated(files: readonly VolumeFile[]): Promise<void>
  /** Writes all files in full length, but the last with zeros after its header. */
  preallocated(files: readonly VolumeFile[]): Promise<void>
  /** Writes what the last file lacks. */
  complete(files: readonly VolumeFile[]): Promise<void>
}

/**
 * Exports into a folder.
 *
 * @param dir - The folder; made when missing.
 * @param isInPlace - Whether whole files too are written under their own names.
 * @returns The export.
 * @throws The error of the file system.
 */
export async function folderExport(dir: string, isInPlace: boolean): Promise<FolderExport> {
  await mkdir(dir, { recursive: true })
  const write = async (name: string, bytes: Uint8Array, from = 0): Promise<void> => {
    const handle = await open(join(dir, name), from === 0 ? 'w' : 'r+')
    try {
      for (let place = from; place < bytes.length;) {
        const left = bytes.length - place
        place += (await handle.write(bytes, place, left, place)).bytesWritten
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
  const writeWhole = async ({ name, bytes }: VolumeFile): Promise<void> => {
    if (isInPlace) return await write(name, bytes)
    await write(`${name}.part`, bytes)
    await rename(join(dir, `${name}.part`), join(dir, name))
  }
  const whole = async (files: readonly VolumeFile[]): Promise<void> => {
    for (const file of files) await writeWhole(file)
  }
  const allButLast = (files: readonly VolumeFile[]): Promise<void> => whole(files.slice(0, -1))
  return {
    whole,
    async truncated(files) {
      await allButLast(files)
      for (const { name, bytes } of files.slice(-1))
        await write(name, bytes.subarray(0, Math.floor(writtenShare * bytes.length)))
    },
    async preallocated(files) {
      await allButLast(files)
      for (const { name, bytes } of files.slice(-1)) {
        const reserved = new Uint8Array(bytes.length)
        const kept = name.endsWith('.nii') ? niftiHeader : Math.floor(headerShare * bytes.length)
        reserved.set(bytes.subarray(0, kept))
        await write(name, reserved)
      }
    },
    async complete(files) {
      for (const { name, bytes } of files.slice(-1)) await write(name, bytes, 1)
    },
  }
}
