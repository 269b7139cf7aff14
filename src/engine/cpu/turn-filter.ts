/** The gradient of a convolution's input as a convolution of its own: shape and filter `[taps, C, Cout]` -> turned ones `[taps, Cout, C]`. */
import type { KernelContext } from './kernel.ts'
import { perAxis, voxelsOf, type VolumeShape } from './volume-shape.ts'

/**
 * Shape of the convolution that takes dy to dx, for stride 1.
 *
 * @param shape - Shape of the convolution itself.
 * @returns Input and output exchanged, padded so that every output meets the same taps.
 * @throws Never.
 */
export function turnedShape(shape: VolumeShape): VolumeShape {
  const { C, Cout, input, output, filter, before } = shape
  return {
    ...shape,
    ...{ C: Cout, Cout: C, input: output, output: input },
    before: perAxis((axis) => filter[axis]! - 1 - before[axis]!),
  }
}

/**
 * Turns the filter: each tap transposed, in reverse order.
 *
 * @param context - Engine.
 * @param shape - Shape of the convolution itself.
 * @param filter - `[taps, C, Cout]`.
 * @param turned - `[taps, Cout, C]`, written.
 * @returns Nothing.
 * @throws Never.
 */
export function turnFilter(
  { simd }: KernelContext,
  { filter: size, C, Cout }: VolumeShape,
  filter: number,
  turned: number,
): void {
  const [taps, tap] = [voxelsOf(size), C * Cout * 4]
  for (let t = 0; t < taps; t++)
    simd.transpose(filter + t * tap, C, Cout, turned + (taps - 1 - t) * tap)
}
