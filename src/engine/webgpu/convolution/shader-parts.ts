/** Pieces of WGSL that all three convolution shaders share: places of voxels and taps, and the operand that is a plain matrix. */
import type { AlongLines } from '../gemm/product-shader.ts'
import { volumeOf, type Triple } from './geometry.ts'

const axes = ['x', 'y', 'z'] as const

/**
 * `vec3i` of three numbers.
 *
 * @param triple - The numbers.
 * @returns WGSL.
 * @throws Never.
 * @example
 * const zero = vec3([0, 1, 2]) // zero = 'vec3i(0, 1, 2)'
 */
export function vec3(triple: Triple): string {
  return `vec3i(${triple.join(', ')})`
}

/**
 * A function from the number of a tap, or of a voxel of one sample, to its place.
 *
 * @param name - Name of the function.
 * @param sizes - Lengths of the axes.
 * @returns WGSL: `fn name(i : u32) -> vec3i`.
 * @throws Never.
 */
export function placeFunction(name: string, [, height, width]: Triple): string {
  return `fn ${name}(i : u32) -> vec3i { let r = i / ${width}u;
  return vec3i(i32(r / ${height}u), i32(r % ${height}u), i32(i % ${width}u)); }`
}

/**
 * A function from the number of a voxel of the batch to its sample and place.
 *
 * @param name - Name of the function.
 * @param sizes - Lengths of the axes.
 * @returns WGSL: `fn name(i : u32) -> vec4i`, sample first.
 * @throws Never.
 */
export function batchPlaceFunction(name: string, sizes: Triple): string {
  const volume = volumeOf(sizes)
  return `${placeFunction(`${name}InSample`, sizes)}
fn ${name}(i : u32) -> vec4i { let s = i / ${volume}u; return vec4i(i32(s), ${name}InSample(i - s * ${volume}u)); }`
}

/**
 * The linear offset of a place.
 *
 * @param place - Expression of type vec3i.
 * @param sizes - Lengths of the axes.
 * @returns WGSL expression of type i32.
 * @throws Never.
 */
export function offsetOf(place: string, [, height, width]: Triple): string {
  return `((${place}.x * ${height} + ${place}.y) * ${width} + ${place}.z)`
}

/**
 * The voxel at a place, counted over the batch.
 *
 * @param sample - Expression of type i32.
 * @param place - Expression of type vec3i.
 * @param sizes - Lengths of the axes.
 * @returns WGSL expression of type i32.
 * @throws Never.
 */
export function voxelAt(sample: string, place: string, sizes: Triple): string {
  return `(${sample} * ${volumeOf(sizes)} + ${offsetOf(place, sizes)})`
}

/**
 * Conditions that a place lies inside.
 *
 * @param place - Expression of type vec3i.
 * @param sizes - Lengths of the axes.
 * @param checked - Axes that need a check.
 * @returns WGSL conditions; none where nothing can fall outside.
 * @throws Never.
 */
export function insideConditions(
  place: string,
  sizes: Triple,
  checked: readonly number[],
): string[] {
  return checked.map((axis) => `u32(${place}.${axes[axis]!}) < ${sizes[axis]!}u`)
}

/**
 * The second operand where it lies in its buffer as the product wants it: `[depth x columns]`.
 *
 * @param source - Name of the buffer.
 * @param columns - Number of columns.
 * @param depth - Expression for the number of rows.
 * @returns Code that loads it; the buffer is one of vec4f when the columns are a multiple of 4.
 * @throws Never.
 */
export function plainMatrix(source: string, columns: number, depth: string): AlongLines {
  const elements = `for (var e = 0u; e < 4u; e++) { if (nb + e < ${columns}u) { v[e] = ${source}[kb * ${columns}u + nb + e]; } }`
  const quad = `if (nb < ${columns}u) { v = ${source}[(kb * ${columns}u + nb) / 4u]; }`
  return {
    along: 'lines',
    setup: (column) => `let nb = ${column};`,
    load: (slot, k) => `{ let kb = ${k}; var v = vec4f(0);
      if (kb < ${depth}) { ${columns % 4 === 0 ? quad : elements} } b${slot} = v; }`,
  }
}
