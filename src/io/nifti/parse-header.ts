/** The first 540 bytes of a NIfTI file -> a checked header; nothing in them is believed before it is checked. */
import { NIFTI1, NIFTI2 } from 'nifti-reader-js'
import { LimbicError } from '../../core/errors/index.ts'
import {
  bestAffine,
  isUsableAffine,
  qformAffine,
  sformAffine,
  voxelSizeOf,
  type OrientationFields,
} from './affine.ts'
import { findNiftiDatatype, niftiDatatypeNames } from './datatypes.ts'
import type { NiftiHeader } from './types.ts'

/** Bytes that {@link parseNiftiHeader} needs: the longer of the two headers. */
export const niftiHeaderBytes = 540

/**
 * Parses and checks a NIfTI-1 or NIfTI-2 header of either byte order.
 *
 * @param bytes - The beginning of the (decompressed) file; more than 540 bytes are not looked at.
 * @param file - Name for messages and for the header.
 * @returns The header. `dataFile` is `file`; a pair's `.img` is found by `readNiftiHeader`.
 * @throws {LimbicError} `NIFTI_EMPTY` for no bytes; `NIFTI_INVALID_HEADER` naming the field that is wrong.
 * @remarks Stricter than nibabel: refuses a `sizeof_hdr` other than 348 or 540, sizes below 1, a fractional `vox_offset` and an affine
 *   that is not finite or not invertible. Milder: trusts the datatype over `bitpix` and never reads extensions.
 */
export function parseNiftiHeader(bytes: Uint8Array, file = '<bytes>'): NiftiHeader {
  if (bytes.length === 0) throw new LimbicError('NIFTI_EMPTY', { file })
  const raw = readFields(bytes, file)
  const shape = checkShape(raw.dims, file)
  const datatype = findNiftiDatatype(raw.datatype)
  if (datatype === undefined)
    throw invalid(file, 'datatype', `one of ${niftiDatatypeNames}`, `${raw.datatype}`)
  const pixdim = repairPixdim(raw.pixdim, shape.length)
  const orientation = { ...raw, shape, pixdim }
  const affine = checkAffine(orientation, file)
  return {
    file,
    shape,
    datatype: datatype.code,
    bitpix: datatype.elementBytes * datatype.nComponents * 8,
    bigEndian: raw.bigEndian,
    ...checkScaling(raw.slope, raw.inter, file),
    affine,
    grid: { shape: [shape[0]!, shape[1] ?? 1, shape[2] ?? 1], affine },
    nVolumes: shape.slice(3).reduce((product, size) => product * size, 1),
    voxelSizeMm: voxelSizeOf(affine),
    trSeconds: shape.length < 4 ? undefined : toSeconds(pixdim[4]!, raw.xyztUnits),
    zooms: pixdim.slice(1, shape.length + 1),
    pixdim,
    qformCode: raw.qformCode,
    sformCode: raw.sformCode,
    qformAffine: qformAffine(orientation),
    sformAffine: sformAffine(orientation),
    xyztUnits: raw.xyztUnits,
    descrip: raw.descrip,
    imageClass: `Nifti${raw.version}${raw.isPair ? 'Pair' : 'Image'}`,
    voxOffset: checkOffset(raw.voxOffset, raw, file),
    dataFile: file,
  }
}

interface RawFields extends Omit<OrientationFields, 'shape'> {
  readonly version: 1 | 2
  readonly isPair: boolean
  readonly bigEndian: boolean
  readonly dims: readonly number[]
  readonly datatype: number
  readonly slope: number
  readonly inter: number
  readonly voxOffset: number
  readonly xyztUnits: number
  readonly descrip: string
}

function readFields(bytes: Uint8Array, file: string): RawFields {
  const version = versionOf(bytes, file)
  const size = version === 1 ? 348 : 540
  if (bytes.length < size)
    throw invalid(file, 'its length', `${size} bytes of header`, `${bytes.length} bytes`)
  const text = (start: number, end: number): string =>
    new TextDecoder('latin1').decode(bytes.subarray(start, end)).split('\0', 1)[0]!
  const magic = version === 1 ? text(344, 348) : text(4, 8)
  if (magic !== `n+${version}` && magic !== `ni${version}`)
    throw invalid(file, 'magic', `"n+${version}" or "ni${version}"`, JSON.stringify(magic))
  // Only the fixed part is handed over: the reader would follow a negative extension size backwards for ever.
  const fixed = new Uint8Array(bytes.subarray(0, size)).buffer
  const header = version === 1 ? new NIFTI1() : new NIFTI2()
  header.readHeader(fixed)
  const view = new DataView(fixed)
  const little = header.littleEndian
  return {
    version,
    isPair: magic.startsWith('ni'),
    bigEndian: !little,
    // The reader's 64-bit integers are wrong for negative and for large big-endian values (it extends the sign twice).
    dims: version === 1 ? header.dims : int64s(view, 16, 8, little),
    voxOffset: version === 1 ? header.vox_offset : int64s(view, 168, 1, little)[0]!,
    datatype: header.datatypeCode,
    pixdim: header.pixDims,
    slope: header.scl_slope,
    inter: header.scl_inter,
    qformCode: header.qform_code,
    sformCode: header.sform_code,
    quaternion: [header.quatern_b, header.quatern_c, header.quatern_d],
    qoffset: [header.qoffset_x, header.qoffset_y, header.qoffset_z],
    // The reader's affine is the qform when qform_code > sform_code; the sform itself is read here.
    srow: Array.from({ length: 12 }, (_, i) =>
      version === 1 ? view.getFloat32(280 + 4 * i, little) : view.getFloat64(400 + 8 * i, little),
    ),
    xyztUnits: header.xyzt_units,
    // The reader's strings go on after the NUL that ends them.
    descrip: version === 1 ? text(148, 228) : text(240, 320),
  }
}

function versionOf(bytes: Uint8Array, file: string): 1 | 2 {
  const expected = '348 (NIfTI-1) or 540 (NIfTI-2) in the first four bytes'
  if (bytes.length < 4) throw invalid(file, 'its length', expected, `${bytes.length} bytes`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const sizes = [view.getInt32(0, true), view.getInt32(0, false)]
  if (sizes.includes(348)) return 1
  if (sizes.includes(540)) return 2
  throw invalid(file, 'sizeof_hdr', expected, `${sizes[0]}`)
}

function int64s(view: DataView, start: number, count: number, little: boolean): number[] {
  return Array.from({ length: count }, (_, i) => Number(view.getBigInt64(start + 8 * i, little)))
}

function checkShape(dims: readonly number[], file: string): readonly number[] {
  const nDims = dims[0]!
  if (!(nDims >= 1 && nDims <= 7)) throw invalid(file, 'dim[0]', '1 to 7 dimensions', `${nDims}`)
  const shape = dims.slice(1, nDims + 1)
  const bad = shape.findIndex((size) => !(size >= 1))
  if (bad >= 0) throw invalid(file, `dim[${bad + 1}]`, 'a size of at least 1', `${shape[bad]}`)
  return shape
}

/** The repairs that nibabel makes when it loads a header, but a size of 0 on a used axis is left to fail in the affine. */
function repairPixdim(pixdim: readonly number[], nDims: number): readonly number[] {
  return pixdim.map((size, i) => {
    if (i === 0) return size === -1 ? -1 : 1
    if (i <= 3 && i > nDims && size === 0) return 1
    return Math.abs(size)
  })
}

function checkAffine(fields: OrientationFields, file: string): readonly number[] {
  const affine = bestAffine(fields)
  if (affine === undefined)
    throw invalid(file, 'quatern_b, _c, _d', 'b^2 + c^2 + d^2 <= 1', fields.quaternion.join(', '))
  if (isUsableAffine(affine)) return affine
  const field =
    fields.sformCode > 0 ? 'the sform' : fields.qformCode > 0 ? 'the qform' : 'pixdim[1..3]'
  throw invalid(file, field, 'a finite, invertible affine', `[${affine.slice(0, 12).join(', ')}]`)
}

function checkScaling(
  slope: number,
  inter: number,
  file: string,
): Pick<NiftiHeader, 'slope' | 'inter'> {
  if (slope === 0 || !Number.isFinite(slope)) return { slope: 1, inter: 0 }
  if (!Number.isFinite(inter))
    throw invalid(file, 'scl_inter', `a finite number beside scl_slope ${slope}`, `${inter}`)
  return { slope, inter }
}

function checkOffset(offset: number, raw: RawFields, file: string): number {
  // Four bytes that announce extensions follow the header of a single file; writers that leave the offset 0 mean that place.
  const first = raw.isPair ? 0 : raw.version === 1 ? 352 : 544
  if (offset === 0) return first
  if (Number.isSafeInteger(offset) && offset >= first) return offset
  throw invalid(file, 'vox_offset', `a whole number of bytes, at least ${first}`, `${offset}`)
}

function toSeconds(step: number, xyztUnits: number): number | undefined {
  const perSecond = new Map([
    [0, 1],
    [8, 1],
    [16, 1e3],
    [24, 1e6],
  ]).get(xyztUnits & 0x38)
  if (perSecond === undefined || !Number.isFinite(step) || step === 0) return undefined
  return step / perSecond
}

function invalid(file: string, field: string, expected: string, found: string): LimbicError {
  return new LimbicError('NIFTI_INVALID_HEADER', { file, field, expected, found })
}
