/** The DICOM or PAR/REC files of a run -> the files of each volume, to be exported again as they are. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { isParFile, readDicom, readParRec } from '../../io/dicom/index.ts'
import { partsOfImage } from '../sources/watch/dicom-volume-number.ts'
import type { VolumeFile } from './volume-bytes.ts'

/** Volumes of a run by index. */
export interface OriginalFiles {
  readonly indices: readonly number[]
  /** The files of one volume, read when they are needed. */
  files(index: number): Promise<VolumeFile[]>
}

/**
 * Sorts files by volume.
 *
 * @param files - The files of one series, one or more for each volume.
 * @returns The volumes in order; indices come from the headers.
 * @throws {LimbicError} As the readers, and as `partsOfImage`.
 * @remarks Reads every file once.
 */
export async function originalFiles(files: readonly string[]): Promise<OriginalFiles> {
  const volumes = new Map<number, string[]>()
  for (const file of files) {
    const image = isParFile(file) ? await readParRec(file) : await readDicom(file)
    const rule = { pattern: /(?:)/, firstIndex: null, slices: null }
    for (const { index } of partsOfImage(image, basename(file), rule)) {
      const known = volumes.get(index)
      if (known === undefined) volumes.set(index, [file])
      else known.push(file)
    }
  }
  return {
    indices: [...volumes.keys()].sort((a, b) => a - b),
    async files(index) {
      const names = (volumes.get(index) ?? []).flatMap((file) =>
        isParFile(file) ? [file, file.replace(/par$/i, recOf)] : [file],
      )
      return await Promise.all(
        names.map(async (file) => ({ name: basename(file), bytes: await readFile(file) })),
      )
    },
  }
}

function recOf(ending: string): string {
  return ending === 'PAR' ? 'REC' : 'rec'
}
