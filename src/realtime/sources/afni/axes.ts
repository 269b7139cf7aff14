/** AFNI's names of axes (`R-L`) and places (`20A`) <-> columns of an affine in RAS+ millimetres. */
import { voxelSizeOf } from '../../../io/nifti/affine.ts'

/** Where an axis of the images points. */
export interface AxisCode {
  /** Row of the affine: 0 for right, 1 for anterior, 2 for superior. */
  readonly row: number
  /** +1 when the voxel index grows towards right, anterior or superior. */
  readonly sign: 1 | -1
}

/** Sides of the head: negative and positive end of each row. */
const sides = ['LR', 'PA', 'IS'] as const

/**
 * Reads the three codes of XYZAXES.
 *
 * @param words - As `R-L`, from where to where the index grows; also `RL`.
 * @returns The axes; undefined unless they are three different ones.
 * @throws Never.
 * @example
 * const axes = axesFrom(['L-R', 'PA', 'S-I'])?.map(({ sign }) => sign) // axes = [1, 1, -1]
 */
export function axesFrom(words: readonly string[]): readonly AxisCode[] | undefined {
  const codes = words.slice(0, 3).flatMap((word) => {
    const letters = word.toUpperCase().replace('-', '')
    const row = sides.findIndex(
      (pair) => [...letters].sort().join('') === [...pair].sort().join(''),
    )
    if (row < 0) return []
    return [{ row, sign: letters === sides[row] ? 1 : -1 } as const]
  })
  return new Set(codes.map(({ row }) => row)).size === 3 ? codes : undefined
}

/**
 * Reads a place of XYZFIRST or ZFIRST.
 *
 * @param text - As `20A`, or `20`: then on the side where the axis starts.
 * @param axis - The axis.
 * @returns RAS+ millimetres of the centre of the first voxel; undefined without text, NaN when it is no place on this axis.
 * @throws Never.
 * @example
 * const mm = originOf('50R', { row: 0, sign: 1 }) // mm = 50
 */
export function originOf(text: string | undefined, { row, sign }: AxisCode): number | undefined {
  if (text === undefined) return undefined
  const match = /^([+-]?[\d.]+(?:e[+-]?\d+)?)([A-Z])?$/i.exec(text)
  if (match === null) return NaN
  const side = match[2]?.toUpperCase()
  const pair = sides[row] ?? ''
  if (side !== undefined && !pair.includes(side)) return NaN
  const isPositive = side === undefined ? sign < 0 : side === pair[1]
  return isPositive ? Number(match[1]) : -Number(match[1])
}

/**
 * Names the axes of a grid as AFNI wants them.
 *
 * @param affine - Voxel indices to RAS+ millimetres, 16 numbers.
 * @returns Codes, voxel sizes, places of the first voxel, and whether the grid is turned against the axes of the scanner.
 * @throws Never.
 */
export function axesOf(affine: readonly number[]): {
  readonly codes: readonly string[]
  readonly size: readonly number[]
  readonly first: readonly string[]
  readonly isOblique: boolean
} {
  const at = (row: number, column: number): number => affine[row * 4 + column] ?? 0
  const order = closestAxes(at)
  const codes = order.map((row, axis) => {
    const [negative = '', positive = ''] = sides[row] ?? ''
    return at(row, axis) < 0 ? `${positive}-${negative}` : `${negative}-${positive}`
  })
  const first = order.map((row) => {
    const place = at(row, 3)
    const [negative = '', positive = ''] = sides[row] ?? ''
    return `${Math.abs(place)}${place < 0 ? negative : positive}`
  })
  const isOblique = [0, 1, 2].some((row) =>
    [0, 1, 2].some((axis) => order[axis] !== row && at(row, axis) !== 0),
  )
  return { codes, size: voxelSizeOf(affine), first, isOblique }
}

/** Each axis of the grid with the axis of the scanner that it is closest to, all different. */
function closestAxes(at: (row: number, column: number) => number): number[] {
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]
  const score = (order: readonly number[]): number =>
    order.reduce((sum, row, axis) => {
      const length = Math.hypot(at(0, axis), at(1, axis), at(2, axis))
      return sum + Math.abs(at(row, axis)) / length
    }, 0)
  return orders.reduce((best, order) => (score(order) > score(best) ? order : best))
}
