/** Inputs with few channels, such as one image: padded once, so that every tap of every output lies inside and needs no check. */
import type { GpuContext } from '../dispatch.ts'
import { gather } from '../gather.ts'
import { isPointwise, volumeOf, type Geometry, type Triple } from './geometry.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

/**
 * Whether a convolution is done on a padded input.
 *
 * @param geometry - The convolution.
 * @returns True below four channels, except for plain matrix products.
 * @throws Never.
 */
export function usesTable(geometry: Geometry): boolean {
  return geometry.channelsIn < 4 && !isPointwise(geometry)
}

/**
 * Lengths of the axes after padding: just what the taps reach.
 *
 * @param geometry - The convolution.
 * @returns The lengths.
 * @throws Never.
 */
export function paddedSizes({ output, stride, kernel }: Geometry): Triple {
  const reach = (axis: 0 | 1 | 2): number => (output[axis] - 1) * stride[axis] + kernel[axis]
  return [reach(0), reach(1), reach(2)]
}

/**
 * Pads an input.
 *
 * @param context - Engine.
 * @param x - Input, `[N, D, H, W, C]`, or fewer axes with the same elements.
 * @param geometry - The convolution.
 * @returns `[N, ...paddedSizes, C]`; the input itself when that is what it is.
 * @throws Never.
 */
export function padInput(context: GpuContext, x: TensorInfo, geometry: Geometry): TensorInfo {
  const { batch, input, pad, channelsIn } = geometry
  const sizes = paddedSizes(geometry)
  if (sizes.join() === input.join() && pad.every((before) => before === 0)) return x
  if (volumeOf(sizes) === 0) return x
  const volume = { ...x, shape: [batch, ...input, channelsIn] }
  return gather(context, volume, {
    shape: [batch, ...sizes, channelsIn],
    begin: [0, ...pad.map((before) => -before), 0],
    step: [1, 1, 1, 1, 1],
  })
}
