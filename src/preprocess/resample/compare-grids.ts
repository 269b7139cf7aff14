/** Two voxel grids -> how they differ, in words that a lab user can act on. */
import type { Grid } from '../../core/types.ts'
import { gridCorners, gridCentre } from '../motion.ts'
import { applyAffine, voxelSizesMm, type Point } from './affine-map.ts'

/** What sets two grids apart. */
export interface GridComparison {
  /** Same shape, and no voxel further away from its counterpart than the tolerance. */
  readonly isSame: boolean
  /** Phrases, the most telling first; empty when the grids are the same. */
  readonly differences: readonly string[]
}

/**
 * Compares two grids voxel by voxel and says what differs.
 *
 * @param first - A grid.
 * @param second - The grid it is compared with.
 * @param toleranceMm - Distance between corresponding voxels that does not matter; 0.01 mm by default, as float32 headers round.
 * @returns Whether voxels correspond, and the differences: shape, voxel size, axes that are exchanged or flipped, rotation, shift.
 * @throws Never.
 * @example
 * const words = compareGrids({ shape: [2,2,2], affine: [2,0,0,0, 0,2,0,0, 0,0,2,0, 0,0,0,1] }, { shape: [2,2,2], affine: [2,0,0,3, 0,2,0,0, 0,0,2,0, 0,0,0,1] }).differences // words = ['the centre is 3 mm away (3 to the right)']
 */
export function compareGrids(first: Grid, second: Grid, toleranceMm = 0.01): GridComparison {
  const differences: string[] = []
  if (first.shape.some((n, axis) => n !== second.shape[axis]))
    differences.push(`${first.shape.join(' x ')} voxels against ${second.shape.join(' x ')}`)
  const sizes = [voxelSizesMm(first.affine), voxelSizesMm(second.affine)] as const
  if (
    sizes[0].some((size, axis) => Math.abs(size - sizes[1][axis]!) * longest(first) > toleranceMm)
  )
    differences.push(
      `voxels of ${sizes[0].map(round).join(' x ')} mm against ${sizes[1].map(round).join(' x ')} mm`,
    )
  const axes = [axisCodes(first.affine), axisCodes(second.affine)] as const
  if (axes[0] !== axes[1]) differences.push(describeAxes(axes[0], axes[1]))
  else {
    const degrees = angleBetween(first.affine, second.affine)
    const arc = (degrees * Math.PI * radiusMm(first)) / 180
    if (arc > toleranceMm) differences.push(`axes turned by ${round(degrees)} degrees`)
  }
  const shift = describeShift(gridCentre(first), gridCentre(second), toleranceMm)
  if (shift !== undefined) differences.push(shift)
  if (differences.length === 0 && worstCorner(first, second) > toleranceMm)
    differences.push(`voxels up to ${round(worstCorner(first, second))} mm apart`)
  return { isSame: differences.length === 0, differences }
}

/**
 * The directions in which the voxel axes of a grid run, as nibabel's `aff2axcodes`.
 *
 * @param affine - 16 numbers, row-major.
 * @returns Three letters out of R/L (right, left), A/P (front, back) and S/I (up, down): where each voxel index increases.
 * @throws Never.
 * @example
 * const codes = axisCodes([-2,0,0,0, 0,2,0,0, 0,0,2,0, 0,0,0,1]) // codes = 'LAS'
 */
export function axisCodes(affine: readonly number[]): string {
  const sizes = voxelSizesMm(affine)
  const cosine = (world: number, axis: number): number =>
    affine[4 * world + axis]! / (sizes[axis]! || 1)
  // Of the six ways to pair voxel axes with world axes, the one that they lie closest to.
  const best = pairings
    .map((pairing) => ({
      pairing,
      fit: pairing.reduce((sum, world, axis) => sum + Math.abs(cosine(world, axis)), 0),
    }))
    .reduce((a, b) => (b.fit > a.fit ? b : a))
  return best.pairing
    .map((world, axis) => ['RL', 'AP', 'SI'][world]![cosine(world, axis) < 0 ? 1 : 0]!)
    .join('')
}

const pairings = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
]

function describeAxes(first: string, second: string): string {
  const pairs = ['RL', 'AP', 'SI'] as const
  const names = { RL: 'left and right', AP: 'front and back', SI: 'top and bottom' }
  const pairOf = (letter: string): (typeof pairs)[number] =>
    pairs.find((pair) => pair.includes(letter))!
  const isSameOrder = [...first].every((letter, i) => pairOf(letter) === pairOf(second[i]!))
  if (!isSameOrder) return `voxel axes in another order (${first} against ${second})`
  const flipped = [...first].filter((letter, i) => letter !== second[i])
  const words = flipped.map((letter) => names[pairOf(letter)]).join(', ')
  return `${words} exchanged (${first} against ${second})`
}

/** The angle of the one rotation that turns the axes of one grid into those of the other. */
function angleBetween(first: readonly number[], second: readonly number[]): number {
  const [a, b] = [directions(first), directions(second)]
  // The chord between turned axes is more exact at small angles than the trace of the rotation.
  let squares = 0
  for (let i = 0; i < 9; i++) squares += (a[i]! - b[i]!) ** 2
  return (2 * Math.asin(Math.min(1, Math.sqrt(squares / 8))) * 180) / Math.PI
}

function directions(affine: readonly number[]): number[] {
  const sizes = voxelSizesMm(affine)
  return [0, 1, 2].flatMap((row) => [0, 1, 2].map((axis) => affine[4 * row + axis]! / sizes[axis]!))
}

function describeShift(from: Point, to: Point, toleranceMm: number): string | undefined {
  const step = to.map((value, axis) => value - from[axis]!)
  const distance = Math.hypot(...step)
  if (distance <= toleranceMm) return undefined
  const words = step
    .map((value, axis) => [value, directionWords[axis]![value > 0 ? 0 : 1]!] as const)
    .filter(([value]) => Math.abs(value) > toleranceMm)
    .map(([value, word]) => `${round(Math.abs(value))} ${word}`)
  const parts = words.length === 0 ? '' : ` (${words.join(', ')})`
  return `the centre is ${round(distance)} mm away${parts}`
}

const directionWords = [
  ['to the right', 'to the left'],
  ['to the front', 'to the back'],
  ['up', 'down'],
]

function worstCorner(first: Grid, second: Grid): number {
  const others = gridCorners(second)
  return Math.max(
    ...gridCorners(first).map((corner, i) =>
      Math.hypot(...corner.map((value, axis) => value - others[i]![axis]!)),
    ),
  )
}

function radiusMm(grid: Grid): number {
  const centre = gridCentre(grid)
  const corner = applyAffine(grid.affine, [0, 0, 0])
  return Math.hypot(...corner.map((value, axis) => value - centre[axis]!))
}

/** Voxels from the middle to the end of the longest axis: what a difference in voxel size adds up to. */
function longest({ shape }: Grid): number {
  return Math.max(1, ...shape.map((n) => (n - 1) / 2))
}

function round(value: number): string {
  return `${Number(value.toPrecision(4))}`
}
