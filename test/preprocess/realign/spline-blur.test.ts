import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import type { Grid } from '../../../src/core/types.ts'
import { blurSpline, createBlur } from '../../../src/preprocess/realign/spline-blur.ts'
import {
  fillSpline,
  openSplineMemory,
  paddedBytes,
} from '../../../src/preprocess/resample/spline-volume.ts'
import { expectAllClose } from '../_series.ts'

/** Blurs a volume through its spline and reads it back at the voxels. */
function blur(volume: Float32Array, shape: Grid['shape'], fwhmMm: number, sizes: number[]) {
  const space = openSplineMemory(shape)
  const [plain, blurred, spare] = [0, 1, 2].map(() => space.reserve(paddedBytes(space)))
  const map = space.reserve(96)
  const out = space.reserve(volume.byteLength)
  const weights = createBlur(space, fwhmMm, sizes)
  fillSpline(space, plain!, volume, 1)
  blurSpline(space, weights, plain!, blurred!, spare!)
  space.doubles(map, 12).set([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0])
  space.kernels.resample(...[blurred!, ...shape, space.stride, map], ...[...shape, out, 0.5, 0, 0])
  return space.floats(out, volume.length).slice()
}

/** The same by definition: Gaussian weights to three standard deviations, mirrored at the border voxels. */
function blurDirectly(volume: Float32Array, shape: Grid['shape'], sigmas: number[]) {
  let values = Array.from(volume)
  const strides = [1, shape[0], shape[0] * shape[1]]
  for (let axis = 0; axis < 3; axis++) {
    const [n, stride, sigma] = [shape[axis]!, strides[axis]!, sigmas[axis]!]
    const radius = Math.ceil(3 * sigma)
    const offsets = Array.from({ length: 2 * radius + 1 }, (_, i) => i - radius)
    const raw = offsets.map((d) => Math.exp(-0.5 * (d / sigma) ** 2))
    const sum = raw.reduce((a, b) => a + b)
    values = values.map((_, i, all) => {
      const position = Math.floor(i / stride) % n
      return offsets.reduce((total, d, k) => {
        const period = Math.max(1, 2 * (n - 1))
        const wrapped = Math.abs(position + d) % period
        const from = n === 1 ? 0 : wrapped < n ? wrapped : period - wrapped
        return total + (raw[k]! / sum) * all[i + (from - position) * stride]!
      }, 0)
    })
  }
  return values
}

describe('blurSpline', () => {
  it.each([
    [[9, 7, 5], 8, [3, 3, 4]],
    [[6, 11, 1], 10, [2, 3, 9]],
    [[4, 4, 4], 30, [3, 4, 5]],
  ] as const)(
    'is a Gaussian of the same width in mm along every axis: %o',
    (shape, fwhm, sizes) => {
      const rng = createRng(shape.join())
      const volume = Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, () =>
        rng.normal(),
      )
      const sigmas = sizes.map((size) => fwhm / Math.sqrt(8 * Math.log(2)) / size)
      const wanted = blurDirectly(volume, shape, sigmas)
      expectAllClose(blur(volume, shape, fwhm, [...sizes]), wanted, 1e-5)
    },
  )

  it('leaves a constant as it is', () => {
    const volume = new Float32Array(60).fill(7)
    expectAllClose(blur(volume, [3, 4, 5], 6, [2, 2, 2]), volume, 1e-5)
    expect(blur(new Float32Array(60), [3, 4, 5], 6, [2, 2, 2]).every((value) => value === 0)).toBe(
      true,
    )
  })
})
