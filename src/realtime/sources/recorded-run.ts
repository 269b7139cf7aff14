/** A run on disk (NIfTI, DICOM folder or recorded session) -> its volumes, one after the other, as float32, x fastest. */
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LimbicError } from '../../core/errors/index.ts'
import type { Grid } from '../../core/types.ts'
import { noSeriesFinding, readDicomFolder, type DicomSeries } from '../../io/dicom/index.ts'
import { readNiftiHeader, readVolumes } from '../../io/nifti/index.ts'
import { readSession } from '../session/read-session.ts'
import { readVolumeFile } from '../session/volume-file.ts'
import { formatTimeOfDay } from './watch/dicom-assembler.ts'

export interface RecordedVolume {
  /** 0-based. */
  readonly index: number
  readonly data: Float32Array
  /** When it arrived, in ms after the first one; null where nothing was recorded. */
  readonly atMs: number | null
  readonly acquiredAt: string | null
}

export interface RecordedRun {
  readonly kind: 'nifti' | 'dicom' | 'session'
  readonly grid: Grid
  readonly trSeconds: number | null
  readonly nVolumes: number
  /** DICOM: the files of the series. */
  readonly files: readonly string[]
  /** Reads the volumes again from the start, in the order in which they arrived. */
  readonly volumes: () => AsyncGenerator<RecordedVolume, void, undefined>
}

/**
 * Opens a run.
 *
 * @param input - A `.nii` or `.nii.gz` file, a folder of DICOM or PAR/REC files, or a session folder.
 * @returns The run. Of a DICOM folder, the magnitude series with the most volumes.
 * @throws {LimbicError} `FILE_NOT_FOUND`, `DICOM_NO_SERIES`, `RT_SESSION_INVALID`; as the readers.
 */
export async function openRecordedRun(input: string): Promise<RecordedRun> {
  const stats = await stat(input).catch((cause: unknown) => {
    throw new LimbicError('FILE_NOT_FOUND', { file: input }, { cause })
  })
  if (!stats.isDirectory()) return await openNifti(input)
  return existsSync(join(input, 'session.ndjson'))
    ? await openSession(input)
    : await openDicom(input)
}

async function openNifti(file: string): Promise<RecordedRun> {
  const { grid, trSeconds, nVolumes } = await readNiftiHeader(file)
  return {
    kind: 'nifti',
    grid,
    trSeconds: trSeconds ?? null,
    nVolumes,
    files: [file],
    async *volumes() {
      for await (const { index, data } of readVolumes(file))
        yield { index, data, atMs: null, acquiredAt: null }
    },
  }
}

async function openDicom(dir: string): Promise<RecordedRun> {
  const folder = await readDicomFolder(dir, { dropLastIncomplete: true })
  const run = longest(folder.series.filter(({ kind }) => kind === 'magnitude'))
  if (run === undefined) {
    const found = noSeriesFinding(dir, folder).message
    throw new LimbicError('DICOM_NO_SERIES', { dir, found })
  }
  const { shape, affine } = run.geometry
  return {
    kind: 'dicom',
    grid: { shape, affine },
    trSeconds: run.trSeconds ?? null,
    nVolumes: run.nVolumes,
    files: run.files,
    async *volumes() {
      for await (const { index, data, acquiredAtSeconds: at } of run.volumes())
        yield {
          index,
          data: Float32Array.from(data),
          atMs: null,
          acquiredAt: at === undefined ? null : formatTimeOfDay(at),
        }
    },
  }
}

function longest(series: readonly DicomSeries[]): DicomSeries | undefined {
  const most = Math.max(...series.map(({ nVolumes }) => nVolumes))
  return series.find(({ nVolumes }) => nVolumes === most)
}

async function openSession(dir: string): Promise<RecordedRun> {
  const { events } = await readSession(dir)
  const arrivals = events.flatMap((event) =>
    event.type === 'volume.received' || event.type === 'volume.late' ? [event] : [],
  )
  const [first] = arrivals
  if (first === undefined)
    throw new LimbicError('RT_SESSION_INVALID', {
      dir,
      line: null,
      expected: 'a session with volumes',
      found: 'none',
    })
  const { grid, trSeconds } = await readVolumeFile(join(dir, first.file))
  return {
    kind: 'session',
    grid,
    trSeconds,
    nVolumes: arrivals.length,
    files: arrivals.map(({ file }) => join(dir, file)),
    async *volumes() {
      for (const { volume, file, at, acquiredAt } of arrivals) {
        const { data } = await readVolumeFile(join(dir, file))
        yield { index: volume, data, atMs: at - first.at, acquiredAt }
      }
    },
  }
}
