/** The bytes of a `.nii` or `.nii.gz` file -> its volume, or what is missing of it. */
import { promisify } from 'node:util'
import { constants, gunzip, gunzipSync } from 'node:zlib'
import { isLimbicError, LimbicError } from '../../../core/errors/index.ts'
import { assertOneNumberPerVoxel, decodeVoxels, viewElements } from '../../../io/nifti/decode.ts'
import { niftiHeaderBytes, parseNiftiHeader, type NiftiHeader } from '../../../io/nifti/index.ts'
import { arrivedVolume } from '../arrived-volume.ts'
import { indexOfName, type NumberRule } from '../volume-number.ts'
import { endsInZeros, isBlank, type FileContext, type ParsedFile } from './parsed-file.ts'

const gunzipBytes = promisify(gunzip)
/** Header, extensions and voxels of one volume. */
const maxBytes = 1024 * 1024 * 1024
const shortestHeader = 348

/**
 * Parses one file of a run.
 *
 * @param bytes - The file as it is now.
 * @param rule - Which volume it is, by its name.
 * @param context - Name and time.
 * @returns One volume of scaled float32 voxels; `incomplete` for a short file, a gzip stream without its checksum, or voxels that are all zero;
 *   `unusable` for a header that makes no sense, several volumes, or a name without number.
 * @throws Never.
 * @remarks O(voxels).
 */
export async function parseNiftiFile(
  bytes: Uint8Array,
  rule: NumberRule,
  context: FileContext,
): Promise<ParsedFile> {
  try {
    return await parse(bytes, rule, context)
  } catch (error) {
    if (!isLimbicError(error)) throw error
    return { kind: 'unusable', problem: error }
  }
}

async function parse(
  bytes: Uint8Array,
  rule: NumberRule,
  { name, receivedAtMs, isSettled }: FileContext,
): Promise<ParsedFile> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
  const start = isGzip ? inflateStart(bytes) : bytes.subarray(0, niftiHeaderBytes)
  if (start.length < shortestHeader || isUnwritten(start))
    return { kind: 'incomplete', found: `${bytes.length} bytes without a whole header` }
  const header = parseNiftiHeader(start, name)
  assertOneVolume(header)
  const end = header.voxOffset + voxelBytesOf(header)
  const content = isGzip ? await inflate(bytes, end) : bytes
  if (typeof content === 'string') return { kind: 'incomplete', found: content }
  if (content.length < end)
    return { kind: 'incomplete', found: `${content.length} of ${end} bytes` }
  const index = indexOfName(name, rule)
  if (index === undefined)
    throw new LimbicError('RT_INDEX_UNKNOWN', {
      file: name,
      expected: 'a name with a number',
      found: `a name that ${rule.pattern.source} finds none in`,
    })
  const data = new Float32Array(voxelBytesOf(header) / (header.bitpix / 8))
  const stored = alignedBytes(content, header.voxOffset, end)
  if (!isSettled && !isGzip && endsInZeros(stored))
    return { kind: 'doubtful', found: 'zeros at its end, as of space that is reserved' }
  decodeVoxels(viewElements(stored, header), header, data, 0)
  if (isBlank(data)) return { kind: 'incomplete', found: 'a header and voxels that are all zero' }
  const volume = arrivedVolume({
    index,
    grid: header.grid,
    trSeconds: header.trSeconds ?? null,
    data,
    acquiredAt: null,
    receivedAtMs,
    origin: name,
  })
  return { kind: 'volumes', volumes: [volume], problems: [] }
}

/** The bytes themselves as a rule; a copy where numbers of up to eight bytes could not be read in place. */
function alignedBytes(content: Uint8Array, start: number, end: number): Uint8Array {
  const bytes = content.subarray(start, end)
  return bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
}

/** A reserved header is all zeros until it is written. */
function isUnwritten(start: Uint8Array): boolean {
  return start.subarray(0, shortestHeader).every((byte) => byte === 0)
}

function assertOneVolume(header: NiftiHeader): void {
  assertOneNumberPerVoxel(header)
  const { file, nVolumes, shape, imageClass } = header
  if (nVolumes === 1 && !imageClass.endsWith('Pair') && voxelBytesOf(header) <= maxBytes) return
  throw new LimbicError('RT_FILE_UNUSABLE', {
    file,
    expected: 'one volume in one .nii or .nii.gz file',
    found: imageClass.endsWith('Pair')
      ? 'the header of a .hdr/.img pair'
      : `an image of ${shape.join(' x ')}`,
  })
}

function voxelBytesOf({ shape, bitpix }: NiftiHeader): number {
  return shape.reduce((product, size) => product * size, 1) * (bitpix / 8)
}

function inflateStart(bytes: Uint8Array): Uint8Array {
  try {
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 24 }
    return gunzipSync(bytes.subarray(0, 4096), options).subarray(0, niftiHeaderBytes)
  } catch {
    return new Uint8Array(0)
  }
}

/** Gives all bytes when length and checksum at the end of the stream agree, else what is wrong. */
async function inflate(bytes: Uint8Array, end: number): Promise<Uint8Array | string> {
  try {
    return await gunzipBytes(bytes, { maxOutputLength: end + (1 << 20) })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') return `more than ${end} bytes after decompression`
    return code === 'Z_BUF_ERROR'
      ? `a compressed stream of ${bytes.length} bytes that ends early`
      : `a compressed stream that is damaged (${(error as Error).message})`
  }
}
