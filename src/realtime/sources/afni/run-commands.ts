/** The command block before the images that a program sends to AFNI <-> grid, type and order of the run. Positions are RAS+ millimetres. */
import { LimbicError } from '../../../core/errors/index.ts'
import type { Grid } from '../../../core/types.ts'
import { hostIsBigEndian } from '../../../io/endian.ts'
import { axesFrom, axesOf, originOf, type AxisCode } from './axes.ts'

export type AfniDatum = 'byte' | 'short' | 'int' | 'float'

export interface AfniRun {
  readonly grid: Grid
  /** Null when the sender does not say; AFNI then assumes 1 s. */
  readonly trSeconds: number | null
  readonly datum: AfniDatum
  readonly isBigEndian: boolean
  /** Whether an image is one slice; else it is a volume. */
  readonly isSliced: boolean
  /** z of the slices in the order in which they come. */
  readonly sliceOrder: readonly number[]
  /** Images of so many runs (echoes) come in turn. */
  readonly nChannels: number
}

export const datumBytes: Readonly<Record<AfniDatum, number>> = {
  byte: 1,
  short: 2,
  int: 4,
  float: 4,
}

const maxVoxels = 2 ** 27

/**
 * Bytes of one image of a run.
 *
 * @param run - The run.
 * @returns Those of a slice, or of a volume.
 * @throws Never.
 */
export function imageBytesOf({ grid: { shape }, datum, isSliced }: AfniRun): number {
  return shape[0] * shape[1] * (isSliced ? 1 : shape[2]) * datumBytes[datum]
}

/**
 * Reads a command block.
 *
 * @param text - The commands, one a line, without the zero at their end. Commands that concern AFNI's windows and files are ignored.
 * @param where - Address of the sender, for messages.
 * @returns The run.
 * @throws {LimbicError} `RT_AFNI_INVALID` when a command is missing that AFNI needs too (XYFOV, XYMATRIX or ZNUM, XYZAXES), or makes no sense.
 * @see AFNI, README.realtime.
 */
export function parseRunCommands(text: string, where: string): AfniRun {
  const commands = new Map(
    text.split('\n').map((line) => {
      const [name = '', ...rest] = line.trim().split(/\s+/)
      return [name.toUpperCase(), rest] as const
    }),
  )
  const words = (name: string): readonly string[] => commands.get(name) ?? []
  const numbers = (name: string): readonly number[] => words(name).map(Number)
  const fail = (expected: string, name: string): never => {
    const found = [name, ...words(name)].join(' ').slice(0, 120)
    throw new LimbicError('RT_AFNI_INVALID', {
      where,
      expected,
      found: commands.has(name) ? found : `no ${name}`,
    })
  }
  const shape = shapeOf(numbers, fail)
  const axes = axesFrom(words('XYZAXES')) ?? fail('three axes such as R-L A-P I-S', 'XYZAXES')
  const size = sizeOf(numbers, shape, fail)
  const type = words('ACQUISITION_TYPE')[0] ?? '2D+zt'
  if (!/^(2D\+zt?|3D(\+t)?)$/.test(type)) fail('2D+z, 2D+zt, 3D or 3D+t', 'ACQUISITION_TYPE')
  const datum = words('DATUM')[0] ?? 'short'
  if (!(datum in datumBytes)) fail('byte, short, int or float', 'DATUM')
  const [nChannels = 1] = numbers('NUM_CHAN')
  if (!Number.isInteger(nChannels) || nChannels < 1 || nChannels > 32) fail('1 to 32', 'NUM_CHAN')
  const [tr] = numbers('TR')
  const affine =
    obliqueOf(numbers('OBLIQUE_XFORM')) ??
    affineOf(axes, shape, size, [...words('XYZFIRST')], words('ZFIRST')[0])
  if (!affine.every(Number.isFinite)) fail('positions in millimetres', 'XYZFIRST')
  return {
    grid: { shape, affine },
    trSeconds: tr !== undefined && tr > 0 ? tr : null,
    datum: datum as AfniDatum,
    isBigEndian: commands.has('BYTEORDER')
      ? words('BYTEORDER')[0] === 'MSB_FIRST'
      : hostIsBigEndian,
    isSliced: type.startsWith('2D'),
    sliceOrder: orderOf(shape[2], words('ZORDER')[0] !== 'seq'),
    nChannels,
  }
}

/**
 * The command block for a run of whole volumes in one channel.
 *
 * @param run - Grid, repetition time and type.
 * @returns The bytes, a zero at the end. Grids that are turned against the axes of the scanner are given as a transformation too.
 * @throws Never.
 */
export function formatRunCommands(
  run: Pick<AfniRun, 'grid' | 'trSeconds' | 'datum' | 'isBigEndian'>,
): Uint8Array {
  const { shape, affine } = run.grid
  const { codes, size, first, isOblique } = axesOf(affine)
  const toDicom = affine.map((value, i) => (i < 8 ? -value + 0 : value))
  const lines = [
    'ACQUISITION_TYPE 3D+t',
    ...(run.trSeconds === null ? [] : [`TR ${run.trSeconds}`]),
    `XYFOV ${shape.map((n, axis) => n * (size[axis] ?? 0)).join(' ')}`,
    `XYMATRIX ${shape.join(' ')}`,
    `XYZAXES ${codes.join(' ')}`,
    `XYZFIRST ${first.join(' ')}`,
    `DATUM ${run.datum}`,
    `BYTEORDER ${run.isBigEndian ? 'MSB_FIRST' : 'LSB_FIRST'}`,
    ...(isOblique ? [`OBLIQUE_XFORM ${toDicom.join(' ')}`] : []),
  ]
  return new TextEncoder().encode(`${lines.join('\n')}\n\0`)
}

type Numbers = (name: string) => readonly number[]
type Fail = (expected: string, name: string) => never

function shapeOf(numbers: Numbers, fail: Fail): readonly [number, number, number] {
  const [nx = 0, ny = 0, nzHere] = numbers('XYMATRIX')
  const nz = nzHere ?? numbers('ZNUM')[0] ?? 0
  const isSize = [nx, ny, nz].every((n) => Number.isInteger(n) && n >= 1)
  if (!isSize || nx * ny * nz > maxVoxels)
    fail(`three sizes of at most ${maxVoxels} voxels`, 'XYMATRIX')
  return [nx, ny, nz]
}

function sizeOf(
  numbers: Numbers,
  [nx, ny, nz]: readonly [number, number, number],
  fail: Fail,
): readonly [number, number, number] {
  const [fovX = 0, fovY = 0, fovZ = 0] = numbers('XYFOV')
  if (!(fovX > 0) || !(fovY >= 0)) fail('the size of the images in mm', 'XYFOV')
  const dz = fovZ > 0 ? fovZ / nz : (numbers('ZDELTA')[0] ?? 0)
  if (!(dz > 0)) fail('a third size, or ZDELTA', 'XYFOV')
  return [fovX / nx, (fovY === 0 ? fovX : fovY) / ny, dz]
}

function orderOf(nz: number, isAlternating: boolean): number[] {
  const slices = Array.from({ length: nz }, (_, z) => z)
  if (!isAlternating) return slices
  return [...slices.filter((z) => z % 2 === 0), ...slices.filter((z) => z % 2 === 1)]
}

/** DICOM's left and posterior positive to right and anterior positive. */
function obliqueOf(numbers: readonly number[]): readonly number[] | undefined {
  if (numbers.length !== 16 || !numbers.every(Number.isFinite)) return undefined
  return numbers.map((value, i) => (i < 8 ? -value + 0 : value))
}

function affineOf(
  axes: readonly AxisCode[],
  shape: readonly number[],
  size: readonly number[],
  first: readonly string[],
  zFirst: string | undefined,
): readonly number[] {
  const texts = axes.map((_, axis) => (axis === 2 ? (first[axis] ?? zFirst) : first[axis]))
  const affine = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
  axes.forEach((code, axis) => {
    const step = size[axis] ?? 0
    affine[code.row * 4 + axis] = code.sign * step
    const centred = (-code.sign * step * ((shape[axis] ?? 1) - 1)) / 2
    affine[code.row * 4 + 3] = originOf(texts[axis], code) ?? centred
  })
  return affine
}
