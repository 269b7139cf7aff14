import { expect } from 'vitest'
import { isLimbicError } from '../../src/core/errors/index.ts'
import {
  readNifti,
  readNiftiElements,
  readNiftiHeader,
  readVolumes,
} from '../../src/io/nifti/index.ts'
import { describeGolden, goldenPath, readArray, type GoldenCase } from './_golden.ts'

describeGolden('nifti', async (golden) => {
  if (golden.params.kind === 'malformed') return await checkMalformed(golden)
  if (golden.hasExpected('nibabel_error')) return await expectLimbicError(golden)
  for (const name of golden.expectedNames) await checkExpected(golden, name)
})

async function checkExpected(golden: GoldenCase, name: string): Promise<void> {
  const file = golden.inputFile('file')
  if (name === 'header') return await checkHeader(golden)
  if (name === 'affine') return golden.expectClose(name, (await readNiftiHeader(file)).affine)
  if (name === 'data') return await checkData(golden)
  if (name === 'raw_int64') return await checkIntegers(golden, name)
  if (name === 're_im' || name === 'channels') {
    const { header, data, nComponents } = await readNiftiElements(file)
    const elements = toCOrder(Array.from(data, Number), header.shape, nComponents)
    return golden.expectClose(name, elements)
  }
  const { informational, optional } = golden.expectedTolerance(name)
  expect(informational === true || optional === true, `unknown expectation "${name}"`).toBe(true)
}

/** 64-bit integers are compared as such: beyond 2^53 a float64 could not tell them apart. */
async function checkIntegers(golden: GoldenCase, name: string): Promise<void> {
  const { header, data } = await readNiftiElements(golden.inputFile('file'))
  const expected = readArray(goldenPath(golden.area, golden.raw.expected[name]!.file!))
  expect(expected.shape).toEqual(header.shape)
  expect(toCOrder(Array.from<unknown>(data), header.shape)).toEqual(
    Array.from<unknown>(expected.data),
  )
}

async function checkHeader(golden: GoldenCase): Promise<void> {
  const expected = golden.expectedValue('header') as Record<string, unknown>
  const header = await readNiftiHeader(golden.inputFile('file'))
  const found: Record<string, unknown> = {
    shape: header.shape,
    zooms: header.zooms,
    datatype: header.datatype,
    bitpix: header.bitpix,
    big_endian: header.bigEndian,
    sform_code: header.sformCode,
    qform_code: header.qformCode,
    xyzt_units: header.xyztUnits,
    pixdim: header.pixdim,
    descrip: header.descrip,
    image_class: header.imageClass,
    slope_inter_used: [header.slope, header.inter],
    qform_affine: header.qformAffine,
    sform_affine: header.sformAffine,
  }
  // nibabel forgets these three when it loads an image (they are always NaN, NaN, 0), so there is nothing to compare.
  const forgotten = ['scl_slope_raw', 'scl_inter_raw', 'vox_offset']
  for (const [name, value] of Object.entries(expected)) {
    if (forgotten.includes(name)) continue
    expect(found, `${golden.id}.header`).toHaveProperty(name)
    expectSame(`${golden.id}.header.${name}`, found[name], value)
  }
}

function expectSame(where: string, found: unknown, expected: unknown): void {
  const wanted = [expected].flat(Infinity)
  const got = [found].flat(Infinity)
  expect(got.length, where).toBe(wanted.length)
  wanted.forEach((value, i) => {
    if (typeof value !== 'number' || !Number.isFinite(value))
      return expect(got[i], where).toBe(value)
    const error = Math.abs((got[i] as number) - value)
    expect(error, `${where}: got ${String(got[i])}`).toBeLessThanOrEqual(
      1e-5 + 1e-6 * Math.abs(value),
    )
  })
}

async function checkData(golden: GoldenCase): Promise<void> {
  const file = golden.inputFile('file')
  const { header, data } = await readNifti(file, { float64: true })
  expect(golden.expectedShape('data')).toEqual(header.shape)
  golden.expectClose('data', toCOrder(data, header.shape))
  const whole = (await readNifti(file)).data
  expect(whole).toEqual(Float32Array.from(data))
  const volumes: number[] = []
  for await (const volume of readVolumes(file)) volumes.push(...volume.data)
  expect(Float32Array.from(volumes)).toEqual(whole)
}

/** Every policy but the plain `throw` leaves a choice; ours is written here, and holds for every case of that policy. */
const policies: Record<string, (golden: GoldenCase) => Promise<void>> = {
  throw: expectLimbicError,
  throw_preferred: expectLimbicError,
  throw_or_empty: expectLimbicError,
  throw_or_flag: expectLimbicError,
  throw_or_truncate: expectLimbicError,
  throw_or_load_consistently: expectLimbicError,
  load_flag_or_throw: expectLimbicError,
  load_flag_singular_affine_or_throw: expectLimbicError,
  throw_over_limit_or_load_bounded: expectLimbicError,
  load_bounded_memory_or_throw: expectLimbicError,
  throw_or_treat_as_352: expectLoads,
  throw_or_load_by_content: expectLoads,
  throw_or_load: expectLoadsOrLimbicError,
  load_abs_or_throw: expectLoads,
  load_with_datatype_or_throw: expectLoads,
  load_preferred_or_throw: expectLoads,
  load_ignoring_extension_or_throw: expectLoads,
}

async function checkMalformed(golden: GoldenCase): Promise<void> {
  const policy = String(golden.params.policy)
  expect(Object.keys(policies)).toContain(policy)
  await policies[policy]!(golden)
}

async function expectLimbicError(golden: GoldenCase): Promise<void> {
  const before = process.memoryUsage().arrayBuffers
  const error = await readNifti(golden.inputFile('file')).then(
    ({ header }) => `read as [${header.shape.join(', ')}]`,
    (thrown: unknown) => thrown,
  )
  expect(isLimbicError(error), `${golden.id}: ${String(error)}`).toBe(true)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26)
}

/** What follows the voxels decides: zeros are padding, anything else in a gzip file is taken for a damaged member. */
async function expectLoadsOrLimbicError(golden: GoldenCase): Promise<void> {
  const outcome = await readNifti(golden.inputFile('file')).catch((thrown: unknown) => thrown)
  if (isLimbicError(outcome)) return
  await expectLoads(golden)
}

async function expectLoads(golden: GoldenCase): Promise<void> {
  const { header, data } = await readNifti(golden.inputFile('file'), { float64: true })
  const nibabel = golden.expectedValue('nibabel') as { shape?: number[]; affine?: number[][] }
  expect(header.shape).toEqual(nibabel.shape ?? header.shape)
  expectSame(golden.id, header.affine, nibabel.affine ?? header.affine)
  expect(data.length).toBe(header.shape.reduce((product, size) => product * size, 1))
}

function toCOrder<T>(data: ArrayLike<T>, shape: readonly number[], nComponents = 1): T[] {
  const result = Array.from(data)
  const index = shape.map(() => 0)
  for (let c = 0; c < data.length; c += nComponents) {
    let f = 0
    for (let d = shape.length - 1; d >= 0; d--) f = f * shape[d]! + index[d]!
    for (let k = 0; k < nComponents; k++) result[c + k] = data[f * nComponents + k]!
    for (let d = shape.length - 1; d >= 0 && ++index[d]! === shape[d]!; d--) index[d] = 0
  }
  return result
}
