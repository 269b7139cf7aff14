/**
 * 3x3x3 convolution of stride 1 by Winograd's F(2,3): 64 products `[tiles x C] [C x Cout]`, 3.4 times fewer multiplications than the
 * 27 taps take, and 8 copies of the input where the patch matrix has 27. For many voxels and few weights. The planes of some tiles are
 * made, multiplied in one call and read while they are hot; only the gradient of the filter, a sum over all tiles, needs all at once.
 */
import type { KernelContext } from './kernel.ts'
import { turnFilter, turnedShape } from './turn-filter.ts'
import { announceRows, type VolumeAlgorithm, type VoxelRows } from './volume-algorithm.ts'
import { outputRows, perAxis, voxelsOf, type VolumeShape } from './volume-shape.ts'
import type { Triple } from './volume-simd.ts'

const nPlanes = 64

/** Floats of a piece in one plane, input and output together. Of 6000 to 24000 the fastest with a second-level cache of 1 MB. */
const planeFloats = 12_000

/** Fewer channels make the 64 products too narrow; more make transforming the weights dearer than what is saved. */
const [fewestChannels, mostChannels] = [32, 128]

/**
 * Whether the algorithm covers a convolution and is the fastest for it.
 *
 * @param shape - Shape of the convolution.
 * @returns Whether it is.
 * @throws Never.
 */
export function suitsWinograd(shape: VolumeShape): boolean {
  const { C, Cout, filter, strides } = shape
  const isCovered = filter.every((k) => k === 3) && strides.every((stride) => stride === 1)
  const suits = (channels: number): boolean =>
    channels % 4 === 0 && channels >= fewestChannels && channels <= mostChannels
  return isCovered && suits(C) && suits(Cout) && outputRows(shape) >= 4 * Math.max(C, Cout)
}

/** The algorithm; channels must be multiples of 4. */
export const winograd: VolumeAlgorithm = {
  convolve(context, shape, x, filter, y, onRows) {
    const { products, simd } = context
    const { C, Cout, output } = shape
    const tiles = tilesOf(shape)
    const pitch = pitchOf(Math.min(tilesPerPiece(shape), tiles))
    const sizes = { count: nPlanes, M: pitch, N: Cout, K: C }
    withPaddedInput(context, shape, x, (volume) =>
      withPlanes(context, shape, pitch, ({ V, U, M }) => {
        simd.winogradWeights(filter, U.pointer, C * Cout)
        for (let first = 0; first < tiles; first += pitch) {
          const end = Math.min(first + pitch, tiles)
          transformInput(context, shape, volume, V.pointer, pitch, first, end)
          // The last piece may have rows without a tile: whatever they hold is multiplied, and looked at by nobody.
          products.multiplyPlanes(sizes, V.values, U.values, M.values)
          simd.winogradOutput(M.pointer, y, pitch * Cout * 4, first, end, ...output, Cout)
        }
      }),
    )
    announceRows(y, outputRows(shape), Cout, onRows)
  },
  inputGradient(context, shape, dy, filter, dx, onRows) {
    context.heap.withScratch(voxelsOf(shape.filter) * shape.C * shape.Cout, (turned) => {
      turnFilter(context, shape, filter, turned)
      winograd.convolve(context, turnedShape(shape), { pointer: dy }, turned, dx, onRows)
    })
  },
  filterGradient(context, shape, x, dy, dFilter) {
    const { products, simd } = context
    const { C, Cout, output } = shape
    const tiles = tilesOf(shape)
    const pitch = pitchOf(tiles)
    const sizes = { count: nPlanes, M: C, N: Cout, K: pitch, transA: true }
    withPaddedInput(context, shape, x, (volume) =>
      withPlanes(context, shape, pitch, ({ V, U, M }) => {
        transformInput(context, shape, volume, V.pointer, pitch, 0, tiles)
        simd.winogradOutputGrad(dy, M.pointer, pitch * Cout * 4, 0, tiles, ...output, Cout)
        clearRows(V.values, pitch, C, tiles)
        clearRows(M.values, pitch, Cout, tiles)
        products.multiplyPlanes(sizes, V.values, M.values, U.values)
        simd.winogradWeightsGrad(U.pointer, dFilter, C * Cout)
      }),
    )
  },
}

/** Planes one behind the other. */
interface Planes {
  readonly pointer: number
  readonly values: Float32Array
}

/** Room for the planes of the input `[64 x pitch x C]`, of the weights `[64 x C x Cout]` and of the output `[64 x pitch x Cout]`. */
function withPlanes(
  { heap }: KernelContext,
  { C, Cout }: VolumeShape,
  pitch: number,
  use: (planes: { readonly V: Planes; readonly U: Planes; readonly M: Planes }) => void,
): void {
  const [v, u, m] = [nPlanes * pitch * C, nPlanes * C * Cout, nPlanes * pitch * Cout]
  const at = (pointer: number, size: number): Planes => ({
    pointer,
    values: heap.view(pointer, size),
  })
  heap.withScratch(v + u + m, (start) =>
    use({ V: at(start, v), U: at(start + v * 4, u), M: at(start + (v + u) * 4, m) }),
  )
}

/** Tiles at once: planes are read while most of them are in the cache, and are large enough for fast products. */
function tilesPerPiece({ C, Cout }: VolumeShape): number {
  return Math.max(12, Math.floor(planeFloats / (C + Cout)))
}

/** Rows from one plane to the next: odd, because at a multiple of a power of two all planes would fall on the same cache sets. */
function pitchOf(tiles: number): number {
  return tiles | 1
}

function tileGrid({ output }: VolumeShape): Triple {
  return perAxis((axis) => Math.ceil(output[axis]! / 2))
}

function tilesOf(shape: VolumeShape): number {
  return shape.N * voxelsOf(tileGrid(shape))
}

function withPaddedInput(
  { heap, simd }: KernelContext,
  shape: VolumeShape,
  { pointer, affine }: VoxelRows,
  use: (volume: number) => void,
): void {
  const { N, C, input, before } = shape
  const padded = paddedTiles(shape)
  heap.withScratch(N * voxelsOf(padded) * C, (volume) => {
    const border = [...padded, ...before, affine?.scale ?? 0, affine?.shift ?? 0] as const
    simd.padVolume(pointer, volume, N, ...input, C, ...border)
    use(volume)
  })
}

/** An odd size still fills its last tile. */
function paddedTiles(shape: VolumeShape): Triple {
  const tiles = tileGrid(shape)
  return perAxis((axis) => 2 * tiles[axis]! + 2)
}

function transformInput(
  { simd }: KernelContext,
  shape: VolumeShape,
  volume: number,
  V: number,
  pitch: number,
  first: number,
  end: number,
): void {
  const { C } = shape
  const sizes = [...tileGrid(shape), C, ...paddedTiles(shape)] as const
  simd.winogradInput(volume, V, pitch * C * 4, first, end, ...sizes)
}

/** Rows of every plane that belong to no tile add nothing to a sum over rows. */
function clearRows(planes: Float32Array, pitch: number, C: number, first: number): void {
  for (let plane = 0; plane < nPlanes; plane++)
    planes.fill(0, (plane * pitch + first) * C, (plane + 1) * pitch * C)
}
