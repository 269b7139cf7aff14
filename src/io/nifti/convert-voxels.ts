/** Elements of one type -> elements of another that hold the same values; integers are rounded to, never wrapped or clipped. */
import { LimbicError } from '../../core/errors/index.ts'
import { niftiDatatypeOf, type NiftiArray, type NiftiDatatype } from './datatypes.ts'

/**
 * Converts voxels for writing.
 *
 * @param data - One element per voxel.
 * @param target - The type wanted, one of the real ones.
 * @returns `data` itself when it has that type already, else a new array.
 * @throws {LimbicError} `VALUE_INVALID` for a value that the type cannot hold (NaN included, for integers).
 * @remarks Floating-point targets round to the nearest; a float64 beyond float32 becomes infinite.
 */
export function convertVoxels(data: NiftiArray, target: NiftiDatatype): NiftiArray {
  if (niftiDatatypeOf(data).code === target.code) return data
  const bytes = new ArrayBuffer(data.length * target.elementBytes)
  const result = target.view(bytes, 0, data.length)
  if (result instanceof BigInt64Array || result instanceof BigUint64Array)
    convertInto(data, result, (value) => BigInt(Math.round(value)), target)
  else if (result instanceof Float32Array || result instanceof Float64Array)
    for (let i = 0; i < data.length; i++) result[i] = Number(data[i]!)
  else convertInto(data, result, Math.round, target)
  return result
}

function convertInto<T extends number | bigint>(
  data: NiftiArray,
  result: { [index: number]: T },
  round: (value: number) => T,
  target: NiftiDatatype,
): void {
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]!)
    if (!Number.isFinite(value)) throw misfit(value, target)
    result[i] = round(value)
    // What a typed array cannot hold it wraps, so a value that comes back changed did not fit.
    if (Number(result[i]!) !== Math.round(value)) throw misfit(value, target)
  }
}

function misfit(value: number, target: NiftiDatatype): LimbicError {
  return new LimbicError('VALUE_INVALID', {
    what: 'a voxel to be written',
    expected: `a value that ${target.name} can hold`,
    found: `${value}`,
  })
}
