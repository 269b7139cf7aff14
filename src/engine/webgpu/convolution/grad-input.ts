/**
 * Gradient of a convolution's input, `[N, D', H', W', Cout] -> [N, D, H, W, Cin]`, as a product: rows are input voxels, columns are input
 * channels, the depth runs over taps and output channels.
 *
 * With a stride, input voxels fall into classes by their remainder; within a class the same taps contribute, so only these are visited
 * (for 3x3x3 with stride 2, an eighth of all). Both operands lie in memory as the product wants them: nothing is transposed.
 */
import { declareBindings, type GpuContext } from '../dispatch.ts'
import { productParams, productShader, type AlongDepth } from '../gemm/product-shader.ts'
import type { TileShape } from '../gemm/tiles.ts'
import { geometryKey, isPointwise, volumeOf, type Geometry, type Triple } from './geometry.ts'
import { runOverBatch, type ConvolutionOptions } from './run-over-batch.ts'
import { batchPlaceFunction, offsetOf, voxelAt } from './shader-parts.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

const letters = ['x', 'y', 'z'] as const

/**
 * Runs the gradient.
 *
 * @param context - Engine.
 * @param dy - Gradient of the output, `[N, D', H', W', Cout]`.
 * @param filter - `[kd, kh, kw, Cin, Cout]`.
 * @param geometry - The convolution.
 * @param shape - Shape of the input tensor.
 * @param options - A tiling for tests.
 * @returns `[N, D, H, W, Cin]`.
 * @throws {LimbicError} `ENGINE_GPU_LIMIT` when one sample alone is more than a shader may see.
 */
export function backpropInput(
  context: GpuContext,
  dy: TensorInfo,
  filter: TensorInfo,
  geometry: Geometry,
  shape: readonly number[],
  options: ConvolutionOptions = {},
): TensorInfo {
  const result = context.allocate(shape)
  const classes = volumeOf(geometry.stride)
  const depth = volumeOf(geometry.kernel) * geometry.channelsOut
  runOverBatch(context, geometry, options, {
    key: `input gradient ${geometryKey(geometry)}`,
    shader: (tile) => inputShader(geometry, tile),
    rowsPerSample: volumeOf(classSizes(geometry)),
    classes,
    depth: Math.max(1, Math.ceil(depth / classes)),
    columns: geometry.channelsIn,
    ...{ batched: dy, shared: filter, result },
    hasQuads: false,
  })
  return result
}

/** Voxels of one class along each axis; the last may lie outside. */
function classSizes({ input, stride }: Geometry): Triple {
  const size = (axis: 0 | 1 | 2): number => Math.ceil(input[axis] / stride[axis])
  return [size(0), size(1), size(2)]
}

function inputShader(geometry: Geometry, tile: TileShape): string {
  const { channelsIn, channelsOut, input, stride } = geometry
  const type = channelsOut % 4 === 0 ? 'vec4f' : 'f32'
  const isPoint = isPointwise(geometry)
  const target = (row: string, i: number): string =>
    isPoint
      ? `let row${i} = ${row}; let ok${i} = row${i} < params.rows;`
      : `let m${i} = ${row}; let q${i} = rowPlace(m${i});
      let in${i} = q${i}.yzw * vec3i(${stride.join(', ')}) + vec3i(class3);
      let ok${i} = m${i} < params.rows && all(in${i} < vec3i(${input.join(', ')}));
      let row${i} = ${voxelAt(`q${i}.x`, `in${i}`, input)};`
  return productShader({
    tile,
    a: isPoint ? pointwiseGradient(channelsOut) : gatheredGradient(geometry),
    b: isPoint ? pointwiseFilter(geometry) : gatheredFilter(geometry),
    columns: channelsIn,
    depth: isPoint ? `${channelsOut}u` : `taps.x * taps.y * taps.z * ${channelsOut}u`,
    declarations: [
      declareBindings({ result: 'f32' }, { dy: type, w: type }, productParams),
      isPoint ? '' : batchPlaceFunction('rowPlace', classSizes(geometry)),
      isPoint ? '' : tapFunction(geometry),
    ].join('\n'),
    prologue: isPoint ? '' : classPrologue(geometry),
    target,
    hasQuads: false,
  })
}

/** First tap of the class, its number of taps per axis, and the output voxel that the first tap reads for the class's first voxel. */
function classPrologue({ stride, pad, kernel }: Geometry): string {
  // Padding may be negative: whole strides are added, to stay unsigned, and taken off again.
  const lift = pad.map((before, axis) => Math.max(0, Math.ceil(-before / stride[axis]!)))
  const lifted = pad.map((before, axis) => before + lift[axis]! * stride[axis]!)
  const vector = (numbers: readonly number[]): string => `vec3u(${numbers.join(', ')})`
  const [, height, width] = stride
  return `let class3 = vec3u(cls / ${height * width}u, (cls / ${width}u) % ${height}u, cls % ${width}u);
  let firstTap = (class3 + ${vector(lifted)}) % ${vector(stride)};
  let taps = select((${vector(kernel)} - firstTap + ${vector(stride)} - vec3u(1)) / ${vector(stride)}, vec3u(0), firstTap >= ${vector(kernel)});
  let shift = vec3i((class3 + ${vector(lifted)} - firstTap) / ${vector(stride)}) - vec3i(${lift.join(', ')});`
}

/** From the place in k: how many output voxels back, the output channel, and the number of the tap in the filter. */
function tapFunction(geometry: Geometry): string {
  const { channelsOut, kernel, stride } = geometry
  const [, height, width] = kernel
  // A class has one of two numbers of taps per axis: dividing by constants and choosing is faster than dividing by a variable.
  const divide = (dividend: string, axis: 0 | 1 | 2): string => {
    const [first, ...others] = tapCounts(geometry, axis)
    return others.reduce(
      (code, count) =>
        `select(${code}, ${dividend} / ${count}u, taps.${letters[axis]} == ${count}u)`,
      `${dividend} / ${first!}u`,
    )
  }
  return `struct Tap { back : vec3i, channel : u32, index : u32 };
fn tapAt(k : u32, firstTap : vec3u, taps : vec3u) -> Tap {
  let t = k / ${channelsOut}u;
  let plane = ${divide('t', 2)};
  let z = t - plane * taps.z;
  let x = ${divide('plane', 1)};
  let y = plane - x * taps.y;
  let tap = firstTap + vec3u(x, y, z) * vec3u(${stride.join(', ')});
  return Tap(vec3i(i32(x), i32(y), i32(z)), k - t * ${channelsOut}u, (tap.x * ${height}u + tap.y) * ${width}u + tap.z);
}`
}

function tapCounts({ stride, kernel }: Geometry, axis: 0 | 1 | 2): number[] {
  const [s, k] = [stride[axis], kernel[axis]]
  const counts = Array.from({ length: s }, (_, first) => Math.max(1, Math.ceil((k - first) / s)))
  return [...new Set(counts)]
}

function gatheredGradient({ channelsOut, output }: Geometry): AlongDepth {
  const isInside = (s: number, tap: string): string =>
    `all(vec3u(d${s} - ${tap}.back) < vec3u(${output.join(', ')}))`
  const element = (s: number, tap: string): string =>
    `u32(p${s} - ${offsetOf(`${tap}.back`, output)}) * ${channelsOut}u + ${tap}.channel`
  const elements = (s: number): string => `for (var e = 0u; e < 4u; e++) { if (ak + e < K) {
      let tap = tapAt(ak + e, firstTap, taps); if (${isInside(s, 'tap')}) { a${s}[e] = dy[${element(s, 'tap')}]; } } }`
  const quad = (s: number): string =>
    `if (ak < K && ${isInside(s, 'quadTap')}) { a${s} = dy[(${element(s, 'quadTap')}) / 4u]; }`
  return {
    along: 'depth',
    setup: (
      s,
      row,
    ) => `let r${s} = ${row}; let v${s} = r${s} < params.rows; let i${s} = rowPlace(r${s});
    let d${s} = i${s}.yzw + shift; let p${s} = ${voxelAt(`i${s}.x`, `d${s}`, output)};`,
    decode: (k) => (channelsOut % 4 === 0 ? `let quadTap = tapAt(${k}, firstTap, taps);` : ''),
    load: (s) =>
      `a${s} = vec4f(0); if (v${s}) { ${channelsOut % 4 === 0 ? quad(s) : elements(s)} }`,
  }
}

function gatheredFilter({ channelsIn, channelsOut }: Geometry): AlongDepth {
  const element = (s: number, tap: string): string =>
    `(${tap}.index * ${channelsIn}u + nc${s}) * ${channelsOut}u + ${tap}.channel`
  const elements = (s: number): string =>
    `for (var e = 0u; e < 4u; e++) { if (bk + e < K) { let tap = tapAt(bk + e, firstTap, taps); b${s}[e] = w[${element(s, 'tap')}]; } }`
  return {
    along: 'depth',
    setup: (s, column) => `let nc${s} = ${column};`,
    // The quad of the first operand is this one's too: both follow the same k.
    decode: () => '',
    load: (s) =>
      `b${s} = vec4f(0); if (nc${s} < ${channelsIn}u) { ${
        channelsOut % 4 === 0
          ? `if (bk < K) { b${s} = w[(${element(s, 'quadTap')}) / 4u]; }`
          : elements(s)
      } }`,
  }
}

function pointwiseGradient(channelsOut: number): AlongDepth {
  return matrixAlongDepth('a', 'dy', channelsOut, 'params.rows')
}

function pointwiseFilter({ channelsIn, channelsOut }: Geometry): AlongDepth {
  return matrixAlongDepth('b', 'w', channelsOut, `${channelsIn}u`)
}

/** A matrix `[lines x depth]` as it lies in its buffer. */
function matrixAlongDepth(
  name: 'a' | 'b',
  source: string,
  depth: number,
  lines: string,
): AlongDepth {
  const k = `${name}k`
  const quad = (register: string, line: string): string =>
    `if (${k} < K) { ${register} = ${source}[(${line} * ${depth}u + ${k}) / 4u]; }`
  const elements = (register: string, line: string): string =>
    `for (var e = 0u; e < 4u; e++) { if (${k} + e < K) { ${register}[e] = ${source}[${line} * ${depth}u + ${k} + e]; } }`
  const load = depth % 4 === 0 ? quad : elements
  return {
    along: 'depth',
    setup: (s, line) => `let ${name}line${s} = ${line};`,
    decode: () => '',
    load: (s) =>
      `${name}${s} = vec4f(0); if (${name}line${s} < ${lines}) { ${load(`${name}${s}`, `${name}line${s}`)} }`,
  }
}
