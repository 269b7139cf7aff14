/** The bytes of a DICOM file, or a PAR/REC pair -> the volumes that are whole with it, or what is missing. */
import { isLimbicError, LimbicError } from '../../../core/errors/index.ts'
import { parseDicom, readParRec, type DicomImage } from '../../../io/dicom/index.ts'
import type { DicomAssembler } from './dicom-assembler.ts'
import type { FileContext, ParsedFile } from './parsed-file.ts'

/** Errors of a file that may still be on its way. */
const unfinished = new Set(['DICOM_TRUNCATED', 'DICOM_INVALID', 'FILE_NOT_FOUND'])
const prefixBytes = 132

/**
 * Parses a DICOM file and adds it to its volume.
 *
 * @param bytes - The file as it is now.
 * @param assembler - Holds the slices that came before.
 * @param context - Name and time.
 * @returns What is whole now; `incomplete` for a file that is cut short or has no pixel that is set; `unusable` for one that is no DICOM image.
 * @throws Never.
 */
export function parseDicomFile(
  bytes: Uint8Array,
  assembler: DicomAssembler,
  context: FileContext,
): ParsedFile {
  if (isUnwritten(bytes))
    return { kind: 'incomplete', found: `${bytes.length} bytes without a header` }
  return attempt(context, () => {
    if (!hasPrefix(bytes))
      throw new LimbicError('RT_FILE_UNUSABLE', {
        file: context.name,
        expected: 'a DICOM file (128 bytes, then "DICM")',
        found: 'something else',
      })
    return added(parseDicom(bytes, context.name), assembler, context)
  })
}

/**
 * Reads a PAR/REC pair and adds it to the run.
 *
 * @param file - Path of the PAR file.
 * @param assembler - Holds what came before.
 * @param context - Name and time.
 * @returns As {@link parseDicomFile}.
 * @throws Never.
 */
export async function parseParFile(
  file: string,
  assembler: DicomAssembler,
  context: FileContext,
): Promise<ParsedFile> {
  try {
    const image = await readParRec(file)
    return attempt(context, () => added(image, assembler, context))
  } catch (error) {
    return attempt(context, () => {
      throw error
    })
  }
}

function added(image: DicomImage, assembler: DicomAssembler, context: FileContext): ParsedFile {
  if (!context.isSettled && endsInBlankSlice(image))
    return { kind: 'doubtful', found: 'a last slice of zeros, as of space that is reserved' }
  const { volumes, problems, blank } = assembler.add(image, context)
  return blank === undefined
    ? { kind: 'volumes', volumes, problems }
    : { kind: 'incomplete', found: blank }
}

/** Unused tiles of a mosaic are always zero, so the end of the file says nothing, but that of the last slice does. */
function endsInBlankSlice({ frames, pixels }: DicomImage): boolean {
  const last = frames.at(-1)
  if (last === undefined) return false
  const { rows, columns, pixelOffset, pixelStride } = last
  for (let row = 0; row < rows; row++) {
    const start = pixelOffset + row * pixelStride
    if (pixels.subarray(start, start + columns).some((value) => value !== 0)) return false
  }
  return true
}

function attempt({ name }: FileContext, action: () => ParsedFile): ParsedFile {
  try {
    return action()
  } catch (error) {
    if (!isLimbicError(error)) throw error
    if (unfinished.has(error.code) || lacksPixels(error))
      return { kind: 'incomplete', found: foundIn(error) }
    return { kind: 'unusable', problem: error }
  }

  function foundIn(error: LimbicError): string {
    const { details } = error
    if ('foundBytes' in details && 'expectedBytes' in details)
      return `${details.foundBytes} of ${details.expectedBytes} bytes`
    return error.code === 'FILE_NOT_FOUND' ? `${name} without its other half` : 'a header cut short'
  }
}

/** A file that was cut between two elements looks as if it had no more. */
function lacksPixels(error: LimbicError): boolean {
  return isLimbicError(error, 'DICOM_FIELD_MISSING') && error.details.field === 'Pixel Data'
}

function hasPrefix(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(prefixBytes - 4, prefixBytes)) === 'DICM'
}

function isUnwritten(bytes: Uint8Array): boolean {
  return bytes.length < prefixBytes || bytes.subarray(0, 1024).every((byte) => byte === 0)
}
