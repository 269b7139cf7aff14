/** Images made for tests: small NIfTI headers of either version and byte order, and folders to put files in. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'limbic-nifti-'))

export const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]

export interface HeaderFields {
  version?: 1 | 2
  bigEndian?: boolean
  pair?: boolean
  dims?: number[]
  datatype?: number
  pixdim?: number[]
  voxOffset?: number
  slope?: number
  inter?: number
  sformCode?: number
  qformCode?: number
  quaternion?: number[]
  qoffset?: number[]
  srow?: number[]
  xyztUnits?: number
}

/** A header written field by field from the standard, independently of the writer under test. */
export function makeHeader(fields: HeaderFields = {}): Uint8Array {
  const { version = 1, bigEndian = false, dims = [3, 2, 2, 2, 1, 1, 1, 1] } = fields
  const first = version === 1 ? 352 : 544
  const bytes = new Uint8Array(fields.pair === true ? first - 4 : first)
  const view = new DataView(bytes.buffer)
  const little = !bigEndian
  const at = version === 1 ? places1 : places2
  const integer = (place: number, value: number, size: number): void => {
    if (size === 8) view.setBigInt64(place, BigInt(value), little)
    else if (size === 4) view.setInt32(place, value, little)
    else view.setInt16(place, value, little)
  }
  const real = (place: number, value: number): void => {
    if (version === 1) view.setFloat32(place, value, little)
    else view.setFloat64(place, value, little)
  }
  const step = version === 1 ? 4 : 8
  view.setInt32(0, version === 1 ? 348 : 540, little)
  dims.forEach((size, i) => integer(at.dim + i * at.dimBytes, size, at.dimBytes))
  integer(at.datatype, fields.datatype ?? 4, 2)
  const pixdim = fields.pixdim ?? [1, 1, 1, 1, 1, 1, 1, 1]
  pixdim.forEach((size, i) => real(at.pixdim + i * step, size))
  const voxOffset = fields.voxOffset ?? (fields.pair === true ? 0 : first)
  if (version === 1) view.setFloat32(108, voxOffset, little)
  else view.setBigInt64(168, BigInt(voxOffset), little)
  real(at.slope, fields.slope ?? 0)
  real(at.slope + step, fields.inter ?? 0)
  integer(at.qform, fields.qformCode ?? 0, at.codeBytes)
  integer(at.qform + at.codeBytes, fields.sformCode ?? 1, at.codeBytes)
  const orientation = [...(fields.quaternion ?? [0, 0, 0]), ...(fields.qoffset ?? [0, 0, 0])]
  orientation.forEach((value, i) => real(at.quaternion + i * step, value))
  const srow = fields.srow ?? identity.slice(0, 12)
  srow.forEach((value, i) => real(at.srow + i * step, value))
  if (version === 1) view.setUint8(123, fields.xyztUnits ?? 10)
  else view.setInt32(500, fields.xyztUnits ?? 10, little)
  const magic = `n${fields.pair === true ? 'i' : '+'}${version}`
  bytes.set(new TextEncoder().encode(magic), version === 1 ? 344 : 4)
  return bytes
}

const places1 = {
  dim: 40,
  dimBytes: 2,
  datatype: 70,
  pixdim: 76,
  slope: 112,
  qform: 252,
  codeBytes: 2,
  quaternion: 256,
  srow: 280,
}

const places2 = {
  dim: 16,
  dimBytes: 8,
  datatype: 12,
  pixdim: 104,
  slope: 176,
  qform: 344,
  codeBytes: 4,
  quaternion: 352,
  srow: 400,
}

/** A header followed by voxels. */
export function makeImage(fields: HeaderFields, voxels: Uint8Array): Uint8Array {
  const header = makeHeader(fields)
  const bytes = new Uint8Array(header.length + voxels.length)
  bytes.set(header)
  bytes.set(voxels, header.length)
  return bytes
}

/** The bytes of a typed array. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

/** Runs something that must fail and gives the code of its LimbicError. */
export async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run()
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
  return 'no error'
}
