/**
 * 3x3x3 convolution of stride 1 by Winograd's F(2,3): 64 products `[tiles x C] [C x Cout]`, 3.4 times fewer multiplications than the
 * 27 taps take, and 8 copies of the input where the patch matrix has 27. For many voxels and few weights.
 */
import { matrixProduct } from './product.ts'
import type { KernelContext } from './kernel.ts'
import { turnFilter, turnedShape } from './turn-filter.ts'
import { announceRows, type VolumeAlgorithm, type VoxelRows } from './volume-algorithm.ts'
import { outputRows, perAxis, voxelsOf, type VolumeShape } from './volume-shape.ts'
import type { Triple } from './volume-simd.ts'

const nPlanes = 64

/** Bytes that the kernels add to every plane, as in winograd.as.ts. */
const skew = 64

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
    const { simd } = context
    const { N, C, Cout, output } = shape
    withTransformedInput(context, shape, x, (V) =>
      withPlanes(context, C * Cout, (U) =>
        withPlanes(context, tilesOf(shape) * Cout, (M) => {
          simd.winogradWeights(filter, U, C * Cout)
          eachPlane(context, shape, V, U, M, (v, u, m) =>
            matrixProduct(tilesOf(shape), Cout, C, v, u, m),
          )
          simd.winogradOutput(M, y, N, ...output, Cout)
        }),
      ),
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
    const { simd } = context
    const { N, C, Cout, output } = shape
    withTransformedInput(context, shape, x, (V) =>
      withPlanes(context, tilesOf(shape) * Cout, (M) =>
        withPlanes(context, C * Cout, (U) => {
          simd.winogradOutputGrad(dy, M, N, ...output, Cout)
          eachPlane(context, shape, V, U, M, (v, u, m) =>
            matrixProduct(C, Cout, tilesOf(shape), v, m, u, { transA: true }),
          )
          simd.winogradWeightsGrad(U, dFilter, C * Cout)
        }),
      ),
    )
  },
}

function tileGrid({ output }: VolumeShape): Triple {
  return perAxis((axis) => Math.ceil(output[axis]! / 2))
}

function tilesOf(shape: VolumeShape): number {
  return shape.N * voxelsOf(tileGrid(shape))
}

function withPlanes({ heap }: KernelContext, size: number, use: (pointer: number) => void): void {
  heap.withScratch(nPlanes * (size + skew / 4), use)
}

function withTransformedInput(
  context: KernelContext,
  shape: VolumeShape,
  { pointer, affine }: VoxelRows,
  use: (V: number) => void,
): void {
  const { heap, simd } = context
  const { N, C, input, before } = shape
  const tiles = tileGrid(shape)
  // An odd size still fills its last tile.
  const padded = perAxis((axis) => 2 * tiles[axis]! + 2)
  withPlanes(context, tilesOf(shape) * C, (V) => {
    heap.withScratch(N * voxelsOf(padded) * C, (volume) => {
      const border = [...padded, ...before, affine?.scale ?? 0, affine?.shift ?? 0] as const
      simd.padVolume(pointer, volume, N, ...input, C, ...border)
      simd.winogradInput(volume, V, N, ...tiles, C, ...padded)
    })
    use(V)
  })
}

function eachPlane(
  { heap }: KernelContext,
  shape: VolumeShape,
  V: number,
  U: number,
  M: number,
  plane: (v: Float32Array, u: Float32Array, m: Float32Array) => void,
): void {
  const { C, Cout } = shape
  const [v, u, m] = [tilesOf(shape) * C, C * Cout, tilesOf(shape) * Cout]
  for (let t = 0; t < nPlanes; t++) {
    const at = (pointer: number, size: number): Float32Array =>
      heap.view(pointer + t * (size * 4 + skew), size)
    plane(at(V, v), at(U, u), at(M, m))
  }
}
