/** Convolution of volumes and both gradients in plain float64 loops, as the definition reads. */
import type { Geometry } from '../../../src/engine/webgpu/convolution/geometry.ts'

type Numbers = ArrayLike<number>

export interface ReferenceResult {
  readonly y: Float64Array
  readonly dx: Float64Array
  readonly dFilter: Float64Array
}

export function referenceConvolution(
  geometry: Geometry,
  x: Numbers,
  filter: Numbers,
  dy: Numbers,
): ReferenceResult {
  const { batch, input, output, kernel, stride, pad, channelsIn, channelsOut } = geometry
  const result = {
    y: new Float64Array(dy.length),
    dx: new Float64Array(x.length),
    dFilter: new Float64Array(filter.length),
  }
  for (let sample = 0; sample < batch; sample++)
    for (const to of places(output))
      for (const tap of places(kernel)) {
        const from = [0, 1, 2].map((axis) => to[axis]! * stride[axis]! - pad[axis]! + tap[axis]!)
        if (from.some((place, axis) => place < 0 || place >= input[axis]!)) continue
        const at = (place: readonly number[], sizes: readonly number[]): number =>
          (place[0]! * sizes[1]! + place[1]!) * sizes[2]! + place[2]!
        const volume = (sizes: readonly number[]): number => sizes[0]! * sizes[1]! * sizes[2]!
        const xStart = (sample * volume(input) + at(from, input)) * channelsIn
        const yStart = (sample * volume(output) + at(to, output)) * channelsOut
        for (let c = 0; c < channelsIn; c++)
          for (let o = 0; o < channelsOut; o++) {
            const w = (at(tap, kernel) * channelsIn + c) * channelsOut + o
            result.y[yStart + o]! += x[xStart + c]! * filter[w]!
            result.dx[xStart + c]! += dy[yStart + o]! * filter[w]!
            result.dFilter[w]! += dy[yStart + o]! * x[xStart + c]!
          }
      }
  return result
}

function places([depth, height, width]: readonly [number, number, number]): number[][] {
  return Array.from({ length: depth * height * width }, (_, i) => [
    Math.floor(i / (height * width)),
    Math.floor(i / width) % height,
    i % width,
  ])
}
