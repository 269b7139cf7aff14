/** Where a simulated scanner sends its volumes: a folder, limbic's own port, or a program that listens as AFNI does. */
import { createConnection } from 'node:net'
import { LimbicError } from '../../core/errors/index.ts'
import type { Grid } from '../../core/types.ts'
import { hostIsBigEndian } from '../../io/endian.ts'
import { connectAfni } from '../sources/afni/afni-sender.ts'
import { datatypeOfArray } from '../sources/tcp/frame-voxels.ts'
import { connectSender } from '../sources/tcp/tcp-client.ts'
import { encodeFrameHead } from '../volume-frame.ts'
import { folderExport } from './folder-export.ts'
import type { OriginalFiles } from './original-files.ts'
import type { ScannerAction } from './plan.ts'
import { formedVolume, niftiFile, type ScannedVolume, type VolumeFile } from './volume-bytes.ts'

export interface ScannerPort {
  /** Does what was planned; what a receiver refuses is an error. */
  perform(action: ScannerAction, volume: ScannedVolume): Promise<void>
  close(): Promise<void>
}

export interface FolderPortOptions {
  readonly dir: string
  readonly format: 'nifti' | 'nifti-gz' | 'dicom'
  readonly inPlace: boolean
  /** The files themselves, for `dicom`. */
  readonly originals?: OriginalFiles
}

/**
 * A scanner that writes files.
 *
 * @param options - Folder, format, manners.
 * @returns The port.
 * @throws The error of the file system.
 */
export async function folderPort(options: FolderPortOptions): Promise<ScannerPort> {
  const { dir, format, inPlace, originals } = options
  const out = await folderExport(dir, inPlace)
  const filesOf = async (
    { form }: ScannerAction,
    volume: ScannedVolume,
  ): Promise<readonly VolumeFile[]> => {
    if (format !== 'dicom' || originals === undefined)
      return [await niftiFile(formedVolume(volume, form), format === 'nifti-gz')]
    if (form === 'wrong-matrix') throw unsupported('--wrong-matrix')
    const files = await originals.files(volume.index)
    return form === 'altered' ? files.map(alteredFile) : files
  }
  return {
    async perform(action, volume) {
      const files = await filesOf(action, volume)
      if (action.do === 'complete') return await out.complete(files)
      if (action.form === 'truncated') return await out.truncated(files)
      if (action.form === 'preallocated') return await out.preallocated(files)
      await out.whole(files)
    },
    close: () => Promise.resolve(),
  }
}

/** Another bit in a pixel near the end of the file. */
function alteredFile({ name, bytes }: VolumeFile): VolumeFile {
  const place = bytes.length - 2 * Math.ceil(bytes.length / 8)
  return { name, bytes: bytes.map((byte, i) => (i === place ? byte ^ 1 : byte)) }
}

/**
 * A scanner that sends frames to `limbic realtime --tcp`.
 *
 * @param address - Host and port.
 * @returns The port. A truncated volume is sent in part on a connection of its own, which is cut; its completion sends it again.
 * @throws {LimbicError} `RT_SEND_FAILED`; `OPTION_INVALID` from `perform` for preallocated volumes, which only files can be.
 */
export async function tcpPort(address: {
  readonly host: string
  readonly port: number
}): Promise<ScannerPort> {
  const sender = await connectSender(address)
  return {
    async perform(action, volume) {
      const { grid, ...sent } = formedVolume(volume, action.form)
      if (action.form === 'preallocated') throw unsupported('--preallocate')
      if (action.do === 'send' && action.form === 'truncated')
        return await sendPart(address, volume)
      await sender.send({ ...sent, shape: grid.shape, affine: grid.affine })
    },
    close: () => sender.close(),
  }
}

async function sendPart(
  { host, port }: { readonly host: string; readonly port: number },
  { index, grid, data, trSeconds, acquiredAt }: ScannedVolume,
): Promise<void> {
  const head = encodeFrameHead({
    index,
    shape: [...grid.shape],
    dtype: datatypeOfArray(data),
    order: hostIsBigEndian ? 'big' : 'little',
    affine: [...grid.affine],
    trSeconds,
    acquiredAt,
  })
  const body = new Uint8Array(data.buffer, data.byteOffset, Math.floor(data.byteLength / 2))
  await new Promise<void>((resolve, reject) => {
    const socket = createConnection({ host, port })
    socket.once('error', reject)
    socket.once('close', () => resolve())
    socket.resume()
    socket.write(head)
    socket.end(body)
  })
}

/**
 * A scanner that sends images as AFNI's programs do.
 *
 * @param address - Host and control port; the port for data, if it is not AFNI's own.
 * @param run - Grid and repetition time, and whether voxels are int16.
 * @returns The port. Volumes have no numbers there: only faults of time and loss can be shown.
 * @throws {LimbicError} `RT_SEND_FAILED`; `OPTION_INVALID` from `perform` for other faults.
 */
export async function afniPort(
  address: { readonly host: string; readonly port: number; readonly dataPort?: number },
  run: { readonly grid: Grid; readonly trSeconds: number | null; readonly isInt16: boolean },
): Promise<ScannerPort> {
  const datum = run.isInt16 ? 'short' : 'float'
  const sender = await connectAfni({ ...address, ...run, datum })
  return {
    async perform({ form }, { data }) {
      if (form !== 'whole') throw unsupported(`the fault "${form}"`)
      await sender.send(run.isInt16 ? Int16Array.from(data) : Float32Array.from(data))
    },
    close: () => sender.close(),
  }
}

function unsupported(option: string): LimbicError {
  return new LimbicError('OPTION_INVALID', {
    option,
    expected: 'a fault that this way of sending can have',
    found: 'one that it cannot',
  })
}
